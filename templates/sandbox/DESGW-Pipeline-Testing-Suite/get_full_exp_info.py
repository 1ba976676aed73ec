# Stand-in: looks up the exposures of a list. bin/python runs lib/suite/full-exp-info.mjs in its place.
