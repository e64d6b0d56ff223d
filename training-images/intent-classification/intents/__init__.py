"""Trains a classifier of short texts (intents) from examples: see README.md of training-images."""
