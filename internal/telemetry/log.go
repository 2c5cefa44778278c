package telemetry

import (
	"context"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/mediasupplychain/cdk/internal/wire"
)

// Keys of the correlation ids, the same in every handler, so that one query
// finds an asset's way through all of them. The request id is added from the
// Lambda context and needs no [With].
const (
	RequestID    = "requestId"
	MessageID    = "messageId"
	MessageGroup = "messageGroup"
	EventID      = "eventId"
	AssetID      = "assetId"
	RunID        = "runId"
	Partner      = "partner"
	Source       = "source"
)

// envLambdaLogLevel is set by Lambda from the function's logging configuration.
const envLambdaLogLevel = "AWS_LAMBDA_LOG_LEVEL"

// NewLogger logs to standard output as JSON, one object a line, at the level of
// the environment variable LOG_LEVEL, else of the function's logging
// configuration, else INFO.
func NewLogger() *slog.Logger {
	return slog.New(NewHandler(os.Stdout, LevelFromEnvironment()))
}

// LevelFromEnvironment is the level of [NewLogger]. A word it does not know
// counts as INFO: a typing error must not stop a function from starting.
func LevelFromEnvironment() slog.Level {
	word := os.Getenv(wire.EnvLogLevel)
	if word == "" {
		word = os.Getenv(envLambdaLogLevel)
	}
	switch strings.ToUpper(word) {
	case "TRACE": // a level of Lambda's that slog does not have
		return slog.LevelDebug
	case "FATAL": // likewise
		return slog.LevelError
	}
	var level slog.Level
	if err := level.UnmarshalText([]byte(word)); err != nil {
		return slog.LevelInfo
	}
	return level
}

// NewHandler writes records to w as JSON with the keys Lambda's log filter
// expects (timestamp, level, message), adds the Lambda request id and what
// [With] put into the context, and replaces values whose key names a secret or
// a body by "[redacted]".
func NewHandler(w io.Writer, level slog.Leveler) slog.Handler {
	return &handler{next: slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: replaceAttr})}
}

// With returns a context whose log records carry attrs, after those ctx holds
// already. A later attribute with the same key replaces the earlier one.
func With(ctx context.Context, attrs ...slog.Attr) context.Context {
	held := attrsOf(ctx)
	all := make([]slog.Attr, 0, len(held)+len(attrs))
	for _, a := range held {
		if !slices.ContainsFunc(attrs, func(b slog.Attr) bool { return a.Key == b.Key }) {
			all = append(all, a)
		}
	}
	return context.WithValue(ctx, attrsKey{}, append(all, attrs...))
}

type attrsKey struct{}

func attrsOf(ctx context.Context) []slog.Attr {
	attrs, _ := ctx.Value(attrsKey{}).([]slog.Attr)
	return attrs
}

// handler adds the context's attributes at the top level of each record. slog
// nests what a record holds into the logger's open groups, so opened is what
// has to be put onto next after those attributes; it is empty for a logger
// without groups, the usual case.
type handler struct {
	next   slog.Handler
	opened []func(slog.Handler) slog.Handler
}

func (h *handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	attrs := attrsOf(ctx)
	if lc, ok := lambdacontext.FromContext(ctx); ok {
		attrs = append([]slog.Attr{slog.String(RequestID, lc.AwsRequestID)}, attrs...)
	}
	if len(attrs) == 0 && len(h.opened) == 0 {
		return h.next.Handle(ctx, r)
	}
	if len(h.opened) == 0 {
		r = r.Clone() // the caller may keep using its own
		r.AddAttrs(attrs...)
		return h.next.Handle(ctx, r)
	}
	next := h.next.WithAttrs(attrs)
	for _, open := range h.opened {
		next = open(next)
	}
	return next.Handle(ctx, r)
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	if len(h.opened) == 0 {
		return &handler{next: h.next.WithAttrs(attrs)}
	}
	return h.open(func(n slog.Handler) slog.Handler { return n.WithAttrs(attrs) })
}

func (h *handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h // as slog.Handler demands
	}
	return h.open(func(n slog.Handler) slog.Handler { return n.WithGroup(name) })
}

func (h *handler) open(f func(slog.Handler) slog.Handler) slog.Handler {
	return &handler{next: h.next, opened: append(slices.Clip(h.opened), f)}
}

func replaceAttr(groups []string, a slog.Attr) slog.Attr {
	if sensitive(a.Key) {
		return slog.String(a.Key, redacted)
	}
	return lambdacontext.ReplaceAttr(groups, a)
}
