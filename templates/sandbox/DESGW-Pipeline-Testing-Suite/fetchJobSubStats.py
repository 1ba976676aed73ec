# Stand-in: counts what the grid has left on pnfs. bin/python runs lib/suite/fetch-stats.mjs in its place.
