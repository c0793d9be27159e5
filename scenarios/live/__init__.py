"""A question that changes under a reader's hands: what can be moved, what is asked, and a quick answer to it."""
