"""Forgetting a person: who it is, what is theirs, taking it out of lake and warehouse, and proving that it is gone."""
