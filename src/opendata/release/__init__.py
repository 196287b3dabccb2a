"""A version of a dataset: told apart from the last one, judged, staged, promoted, taken back."""
