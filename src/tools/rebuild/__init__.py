"""Builds a run again from its commit, its changes and its parameters, and compares."""
