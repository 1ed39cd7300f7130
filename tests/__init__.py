"""Tests of slakit."""
