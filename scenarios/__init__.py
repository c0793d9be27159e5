"""Policy questions put to the model: scenario files read, applied and compared with a baseline."""
