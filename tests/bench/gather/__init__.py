"""Gathering over real SSH, against what people use today."""
