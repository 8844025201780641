"""What a change of the models changes in the marts: two states of `transforms/`, built from the same rows."""
