package testkit

import (
	"fmt"
	"os"
	"testing"

	"github.com/aws/jsii-runtime-go"
)

// Main is the body of the TestMain that every package needs whose tests define CDK constructs:
//
//	func TestMain(m *testing.M) { testkit.Main(m) }
//
// It runs the tests, ends the Node.js process in which jsii runs the CDK, and exits with the tests' code. Where the whole
// package ran and passed, golden files that no test compared fail it too. A package with something of its own to tear
// down calls [Run] instead.
func Main(m *testing.M) {
	os.Exit(Run(m))
}

// Run is [Main] without the exit: it returns the code to exit with.
func Run(m *testing.M) int {
	defer jsii.Close()
	return ofThisPackage.finish(m.Run(), flagValue, func(format string, arguments ...any) {
		fmt.Fprintf(os.Stderr, format, arguments...)
	})
}
