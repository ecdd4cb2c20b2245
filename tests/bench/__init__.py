"""Benchmarks: speed and memory as tables, compared within one run. Nothing here can fail a
test; figures are for reading."""
