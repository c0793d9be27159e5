"""Pictures of an answer: each a title that states what was found, a specification, its data, and the same in words."""
