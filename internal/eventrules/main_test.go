package eventrules_test

import (
	"testing"

	"github.com/mediasupplychain/cdk/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
