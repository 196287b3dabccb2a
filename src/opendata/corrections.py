"""Guarded fixes by stewards: a new value, and the value it is meant to replace."""
