package eventbridgesaas_test

import (
	"testing"

	"github.com/mediasupplychain/cdk/internal/cdktest"
)

func TestMain(m *testing.M) { cdktest.Main(m) }
