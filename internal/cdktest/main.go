package cdktest

import (
	"fmt"
	"os"
	"testing"

	"github.com/mediasupplychain/cdk/testkit"
)

// Main is testkit.Main for packages with examples that run: they make apps as
// users do, which leave what they synthesize in the temporary folder.
func Main(m *testing.M) {
	folder, err := os.MkdirTemp("", "cdktest-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_ = os.Setenv("TMPDIR", folder) // read by the process in which jsii runs the CDK
	code := testkit.Run(m)
	_ = os.RemoveAll(folder)
	os.Exit(code)
}
