package main

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryFlagIsRequired(t *testing.T) {
	err := run(t.Context(), []string{"-asset", "tt-0042", "-pipeline", "arn"}, io.Discard)

	require.EqualError(t, err, "-bus is required\n-chain is required\n-table is required")
}

func TestAFlagThatIsNotKnownIsAnError(t *testing.T) {
	err := run(t.Context(), []string{"-assets", "tt-0042"}, io.Discard)

	require.EqualError(t, err, "flag provided but not defined: -assets")
}

func TestTheTimeIsADuration(t *testing.T) {
	err := run(t.Context(), []string{"-since", "yesterday"}, io.Discard)

	require.EqualError(t, err, `invalid value "yesterday" for flag -since: parse error`)
}
