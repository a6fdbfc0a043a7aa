"""Masked dialogues leave the house for training and analysis."""
