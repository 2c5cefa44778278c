// Package telemetry is how the library's Lambda handlers say what they do:
// JSON logs and CloudWatch metrics, both on standard output.
//
//	ctx = telemetry.With(ctx, slog.String(telemetry.AssetID, asset))
//	log.InfoContext(ctx, "stage completed")      // carries requestId and assetId
//
//	metrics.Count(wire.MetricReceived, 1)
//	metrics.Count(wire.MetricRejected, 1, telemetry.Reason("bad-signature"))
//	metrics.Flush(ctx)                           // at the end of each invocation
//
// Logs never hold bodies or secrets; see [Secret] and [NewHandler] for the nets
// below that rule.
package telemetry
