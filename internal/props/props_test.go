package props_test

import (
	"errors"
	"os"
	"regexp"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/props"
)

func TestMain(m *testing.M) {
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

type queue struct {
	Name    *string
	Fifo    *bool
	Retries *float64
}

func TestMergeLaysUserOverDefaultsAndRequiredOverBoth(t *testing.T) {
	defaults := queue{Name: jsii.String("default"), Fifo: jsii.Bool(false), Retries: jsii.Number(5)}
	user := &queue{Name: jsii.String("mine"), Fifo: jsii.Bool(false)}

	merged := props.Merge(defaults, user, nil, &queue{Fifo: jsii.Bool(true)})

	assert.Equal(t, &queue{Name: jsii.String("mine"), Fifo: jsii.Bool(true), Retries: jsii.Number(5)}, merged)
	assert.Equal(t, &queue{Name: jsii.String("mine"), Fifo: jsii.Bool(false)}, user, "the caller's struct stays as it was")
	assert.Equal(t, "default", *defaults.Name)
}

func TestMergeTakesAnExplicitFalse(t *testing.T) {
	merged := props.Merge(queue{Fifo: jsii.Bool(true)}, &queue{Fifo: jsii.Bool(false)})
	assert.False(t, *merged.Fifo)
}

func TestCheckReportsEveryProblemWithThePath(t *testing.T) {
	stack := awscdk.NewStack(awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir())}), jsii.String("Stack"), nil)
	cause := errors.New("Fifo must be true")

	err := recovered(func() {
		props.Check(stack, jsii.String("Billing"), "snsfifo.Subscriber",
			nil,
			props.Required("Topic", nil),
			errors.Join(props.Range("MaxReceiveCount", jsii.Number(0), 1, 1000), cause),
		)
	})

	assert.EqualError(t, err, `snsfifo.Subscriber "Stack/Billing": invalid properties:
- Topic is required
- MaxReceiveCount must be between 1 and 1000, got 0
- Fifo must be true`)
	require.ErrorIs(t, err, cause)
	var typed *props.Error
	require.ErrorAs(t, err, &typed)
	assert.Len(t, typed.Problems, 3)
}

func TestCheckAtTheRootOfTheTree(t *testing.T) {
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir())})
	err := recovered(func() { props.Check(app, jsii.String("Chain"), "x.Y", props.Required("A", nil)) })
	assert.EqualError(t, err, "x.Y \"Chain\": invalid properties:\n- A is required")
}

func TestCheckIsSilentWithoutProblems(t *testing.T) {
	assert.NotPanics(t, func() { props.Check(nil, nil, "x.Y", nil, errors.Join()) })
}

func TestChecks(t *testing.T) {
	var unsetString *string
	var unsetDuration awscdk.Duration
	digits := regexp.MustCompile(`^[0-9]+$`)
	for name, c := range map[string]struct {
		got  error
		want string
	}{
		"required, nil pointer":      {props.Required("Topic", unsetString), "Topic is required"},
		"required, empty name":       {props.Required("Path", ""), "Path is required"},
		"required, given":            {props.Required("Topic", jsii.String("t")), ""},
		"exclusive, both":            {props.Exclusive("A", jsii.String("a"), "B", jsii.Bool(false)), "A and B exclude each other: set one of them"},
		"exclusive, one":             {props.Exclusive("A", jsii.String("a"), "B", nil), ""},
		"one of, none":               {props.OneOf("A", nil, "B", unsetString), "one of A, B is required"},
		"one of, two":                {props.OneOf("A", 1, "B", 2, "C", nil), "A and B exclude each other: set one of them"},
		"one of, one":                {props.OneOf("A", 1, "B", nil), ""},
		"requires":                   {props.Requires("A", 1, "B", nil), "A has no effect without B: set B or leave A out"},
		"requires, met":              {props.Requires("A", 1, "B", 1), ""},
		"range, unset":               {props.Range("N", nil, 1, 9), ""},
		"range, low":                 {props.Range("N", jsii.Number(0), 1, 9), "N must be between 1 and 9, got 0"},
		"range, edge":                {props.Range("N", jsii.Number(9), 1, 9), ""},
		"range, fraction":            {props.Range("N", jsii.Number(1.5), 1, 9), "N must be a whole number, got 1.5"},
		"duration, unset":            {props.Duration("D", unsetDuration, 60, 86400), ""},
		"duration, short":            {props.Duration("D", awscdk.Duration_Seconds(jsii.Number(5)), 60, 86400), "D must be between 60 and 86400 seconds, got 5"},
		"duration, below a second":   {props.Duration("D", awscdk.Duration_Millis(jsii.Number(500)), 1, 9), "D must be between 1 and 9 seconds, got 0.5"},
		"duration, fraction":         {props.Duration("D", awscdk.Duration_Millis(jsii.Number(1500)), 1, 9), "D must be a whole number of seconds, got 1.5"},
		"duration, fits":             {props.Duration("D", awscdk.Duration_Hours(jsii.Number(24)), 60, 86400), ""},
		"pattern":                    {props.Pattern("P", jsii.String("x"), digits, "digits"), `P must be digits, got "x"`},
		"length":                     {props.Length("P", jsii.String("ééé"), 2), "P must have at most 2 characters, got 3"},
		"length, fits":               {props.Length("P", jsii.String("éé"), 2), ""},
		"accounts":                   {props.Accounts("A", jsii.Strings("123456789012", "*")), `A[1] must be an account id of 12 digits, got "*"`},
		"organizations":              {props.Organizations("O", jsii.Strings("o-a1b2c3d4e5", "x")), `O[1] must be an organization id such as "o-a1b2c3d4e5", got "x"`},
		"token number":               {props.Range("N", awscdk.Token_AsNumber(awscdk.Fn_Ref(jsii.String("N"))), 1, 9), ""},
		"token string":               {props.Pattern("P", awscdk.Aws_ACCOUNT_ID(), digits, "digits"), ""},
		"token account":              {props.Accounts("A", &[]*string{awscdk.Aws_ACCOUNT_ID()}), ""},
		"token longer than the most": {props.Length("P", awscdk.Aws_ACCOUNT_ID(), 3), ""},
	} {
		t.Run(name, func(t *testing.T) {
			if c.want == "" {
				assert.NoError(t, c.got)
			} else {
				assert.EqualError(t, c.got, c.want)
			}
		})
	}
}

func recovered(f func()) (err error) {
	defer func() { err, _ = recover().(error) }()
	f()
	return nil
}
