package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/test/drive"
)

func TestVerdictIsGoodWhenEveryEventEndedWhereItShould(t *testing.T) {
	assert.NoError(t, verdict([]result{{Name: "webhook", Sent: 13, Arrived: 10, Parked: 1, Refused: 2, expected: outcome{10, 1, 2}}}))
}

func TestVerdictNamesEachPatternThatLostSomething(t *testing.T) {
	err := verdict([]result{
		{Name: "snsfifo", Sent: 11, Arrived: 9, Parked: 1, expected: outcome{arrived: 10, parked: 1}},
		{Name: "sqslambda", Sent: 11, Arrived: 10, Parked: 1, expected: outcome{arrived: 10, parked: 1}},
		{Name: "webhook", Sent: 12, Arrived: 11, Parked: 1, expected: outcome{arrived: 10, parked: 1, refused: 1}},
		{Name: "custombus", Sent: 12, Arrived: 10, Parked: 1, expected: outcome{arrived: 10, parked: 1}},
	})

	assert.EqualError(t, err, "snsfifo: arrived 9 of 10, parked 1 of 1, refused 0 of 0\n"+
		"webhook: arrived 11 of 10, parked 1 of 1, refused 0 of 1\n"+
		"custombus: 12 sent, but 11 accounted for")
}

func TestVerdictNamesLostOrder(t *testing.T) {
	err := verdict([]result{{Name: "snsfifo", Sent: 2, Arrived: 2, outOf: 2, expected: outcome{arrived: 2}}})

	assert.EqualError(t, err, "snsfifo: 2 events out of order")
}

func TestOutOfOrderCountsThePositionsThatDiffer(t *testing.T) {
	sent := []drive.Event{{Payload: []byte("1")}, {Payload: []byte("2")}, {Payload: []byte("3")}}
	received := []drive.Received{{Payload: "1"}, {Payload: "3"}, {Payload: "2"}}

	assert.Equal(t, 2, outOfOrder(sent, received))
}

func TestTableCountsWhatWasLost(t *testing.T) {
	var out strings.Builder

	require.NoError(t, table(&out, []result{
		{Name: "snsfifo", Sent: 11, Arrived: 9, Parked: 1},
		{Name: "webhook", Sent: 13, Arrived: 10, Parked: 1, Refused: 2},
	}))

	assert.Equal(t, ""+
		"   pattern   sent   arrived   parked (poison)   refused (forged)   lost\n"+
		"   snsfifo     11         9                 1                  0      1\n"+
		"   webhook     13        10                 1                  2      0\n"+
		"       all     24        19                 2                  2      1\n", out.String())
}
