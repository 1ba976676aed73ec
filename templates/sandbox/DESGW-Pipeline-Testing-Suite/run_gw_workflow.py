# Stand-in: makes and submits the DAGs of a list of exposures. bin/python runs lib/suite/run-gw-workflow.mjs in its place.
