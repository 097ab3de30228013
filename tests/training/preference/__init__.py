"""Tests of training on which of two answers is better."""
