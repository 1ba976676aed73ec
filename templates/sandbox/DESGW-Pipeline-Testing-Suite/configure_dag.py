# Stand-in: chooses search exposures and writes dagmaker.rc. bin/python runs lib/suite/configure-dag.mjs in its place.
