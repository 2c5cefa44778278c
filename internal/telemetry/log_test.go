package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/telemetry"
	"github.com/mediasupplychain/cdk/internal/wire"
)

// logged returns the line that log writes, without the time of day.
func logged(t *testing.T, log func(*slog.Logger)) string {
	t.Helper()
	var w bytes.Buffer
	log(slog.New(telemetry.NewHandler(&w, slog.LevelInfo)))
	if w.Len() == 0 {
		return ""
	}
	var line map[string]any
	require.NoError(t, json.Unmarshal(w.Bytes(), &line))
	require.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d`, line["timestamp"], "RFC 3339, or Lambda's filter ignores the level")
	delete(line, "timestamp")
	text, err := json.Marshal(line)
	require.NoError(t, err)
	return string(text)
}

func TestLogsCarryCorrelationIDs(t *testing.T) {
	ctx := telemetry.With(invocation(), slog.String(telemetry.AssetID, "asset-7"), slog.String(telemetry.Partner, "mux"))
	inner := telemetry.With(ctx, slog.String(telemetry.EventID, "ev-1"), slog.String(telemetry.Partner, "frameio"))

	assert.JSONEq(t, `{"level":"INFO","message":"done","n":1,"requestId":"req-1","assetId":"asset-7","partner":"mux"}`,
		logged(t, func(l *slog.Logger) { l.InfoContext(ctx, "done", "n", 1) }))
	assert.JSONEq(t, `{"level":"INFO","message":"done","requestId":"req-1","assetId":"asset-7","partner":"frameio","eventId":"ev-1"}`,
		logged(t, func(l *slog.Logger) { l.InfoContext(inner, "done") }), "the later value of a key replaces the earlier")
	assert.JSONEq(t, `{"level":"INFO","message":"done"}`,
		logged(t, func(l *slog.Logger) { l.Info("done") }))
}

func TestCorrelationIDsStayOutsideGroups(t *testing.T) {
	ctx := telemetry.With(context.Background(), slog.String(telemetry.AssetID, "asset-7"))
	assert.JSONEq(t, `{"level":"WARN","message":"slow","assetId":"asset-7","a":1,"http":{"b":2,"status":503,"try":{"n":3}}}`,
		logged(t, func(l *slog.Logger) {
			l.With("a", 1).WithGroup("http").With("b", 2).WithGroup("").
				WarnContext(ctx, "slow", "status", 503, slog.Group("try", "n", 3))
		}))
}

func TestLevels(t *testing.T) {
	for _, c := range []struct {
		ours, lambdas string
		want          slog.Level
	}{
		{"", "", slog.LevelInfo},
		{"debug", "", slog.LevelDebug},
		{"WARN", "DEBUG", slog.LevelWarn}, // ours is the more specific one
		{"", "ERROR", slog.LevelError},
		{"", "TRACE", slog.LevelDebug},
		{"", "FATAL", slog.LevelError},
		{"loud", "", slog.LevelInfo},
	} {
		t.Run(fmt.Sprintf("%q,%q", c.ours, c.lambdas), func(t *testing.T) {
			t.Setenv(wire.EnvLogLevel, c.ours)
			t.Setenv("AWS_LAMBDA_LOG_LEVEL", c.lambdas)
			assert.Equal(t, c.want, telemetry.LevelFromEnvironment())
		})
	}
	assert.Empty(t, logged(t, func(l *slog.Logger) { l.Debug("not at INFO") }))
}

func TestSecretsAndBodiesAreNotLogged(t *testing.T) {
	s := telemetry.Secret("hunter2")
	line := logged(t, func(l *slog.Logger) {
		l.Info("request", "key", s, "wrapped", struct{ S telemetry.Secret }{s}, "Authorization", "Bearer hunter2",
			slog.Group("headers", "set-cookie", "hunter2"), "body", "hunter2", "task_token", "hunter2", "signature", []byte("hunter2"))
	})
	assert.NotContains(t, line, "hunter2")
	assert.JSONEq(t, `{"level":"INFO","message":"request","key":"[redacted]","wrapped":{"S":"[redacted]"},"Authorization":"[redacted]",
		"headers":{"set-cookie":"[redacted]"},"body":"[redacted]","task_token":"[redacted]","signature":"[redacted]"}`, line)

	for _, verb := range []string{"%s", "%v", "%+v", "%#v", "%q"} {
		assert.NotContains(t, fmt.Sprintf(verb, s), "hunter2")
		assert.NotContains(t, fmt.Sprintf(verb, struct{ S telemetry.Secret }{s}), "hunter2")
	}
	assert.NotContains(t, fmt.Errorf("bad %w: %v", errors.New("key"), s).Error(), "hunter2")
	assert.Equal(t, "hunter2", string(s))
}
