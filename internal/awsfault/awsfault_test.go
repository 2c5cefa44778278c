package awsfault_test

import (
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"

	"github.com/mediasupplychain/cdk/internal/awsfault"
)

func canceled(codes ...string) error {
	err := &types.TransactionCanceledException{}
	for _, code := range codes {
		err.CancellationReasons = append(err.CancellationReasons, types.CancellationReason{Code: &code})
	}
	return fmt.Errorf("apply: %w", err)
}

func TestNever(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{errors.New("anything"), false},
		{&net.OpError{Op: "dial", Err: errors.New("refused")}, false},
		{&smithy.GenericAPIError{Code: "ThrottlingException"}, false},
		{&smithy.GenericAPIError{Code: "InternalServerError", Fault: smithy.FaultServer}, false},
		{&smithy.GenericAPIError{Code: "AccessDeniedException"}, false},
		{fmt.Errorf("start: %w", &smithy.GenericAPIError{Code: "ValidationException"}), true},
		{&smithy.GenericAPIError{Code: "InvalidToken"}, true},
		{canceled("None", "TransactionConflict"), false},
		{canceled("None", "ValidationError"), true},
	} {
		assert.Equal(t, c.want, awsfault.Never(c.err), "%v", c.err)
	}
}
