# Stand-in: writes postproc_SEASON.ini. bin/python runs lib/suite/make-ini.mjs in its place.
