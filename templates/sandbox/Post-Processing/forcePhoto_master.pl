#!/usr/bin/perl
# Placeholder: the stand-in for run_postproc.py runs force photometry itself.
