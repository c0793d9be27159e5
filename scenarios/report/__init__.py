"""The report: one file of HTML that holds everything it shows, and asks nothing of any network."""
