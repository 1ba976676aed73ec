# What a login shell has for the programs of jobsub; they want it and do not say so.
export OTEL_EXPORTER_JAEGER_ENDPOINT=${OTEL_EXPORTER_JAEGER_ENDPOINT:-https://tracing.invalid/api/traces}
export JOBSUB_AUTH_METHODS=${JOBSUB_AUTH_METHODS:-token}
