package testkit

import (
	"os"
	"testing"

	"github.com/aws/jsii-runtime-go"
)

// Main is the body of the TestMain that every package needs whose tests define CDK constructs:
//
//	func TestMain(m *testing.M) { testkit.Main(m) }
//
// It runs the tests, ends the Node.js process in which jsii runs the CDK, and exits with the tests' code. A package
// with something of its own to tear down calls [Run] instead.
func Main(m *testing.M) {
	os.Exit(Run(m))
}

// Run is [Main] without the exit: it returns the code to exit with.
func Run(m *testing.M) int {
	return run(m)
}

func run(m interface{ Run() int }) int {
	defer jsii.Close()
	return m.Run()
}
