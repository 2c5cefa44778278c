// Package eventbus is what the constructs that own an event bus share: its
// name, its archive and its encryption.
package eventbus

import (
	"errors"
	"fmt"
	"math"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/mediasupplychain/cdk/internal/eventrules"
)

// Archive is what the user says about the archive of a bus. Problems name the
// public properties ArchiveRetention and ArchivePattern.
type Archive struct {
	Disabled  *bool
	Retention awscdk.Duration
	Pattern   *awsevents.EventPattern
}

// Problems reports what EventBridge would refuse.
func (a *Archive) Problems() []error {
	return []error{
		a.retentionProblem(),
		eventrules.PatternProblem("ArchivePattern", a.Pattern, false),
	}
}

func (a *Archive) retentionProblem() error {
	if a.Retention == nil || *a.Retention.IsUnresolved() {
		return nil
	}
	days := *a.Retention.ToDays(&awscdk.TimeConversionOptions{Integral: jsii.Bool(false)})
	if days != math.Trunc(days) {
		return fmt.Errorf("ArchiveRetention must be whole days, got %g", days)
	}
	return nil
}

// Define defines the archive of a bus as child Archive of self, encrypted with key if
// there is one. It gives nil where the user wants none.
//
// It is the L1 construct because the CDK's own refuses an archive without a
// pattern, which is the archive of everything, and makes a cycle of bus and key.
func (a *Archive) Define(self constructs.Construct, busARN *string, key awskms.IKey) awsevents.CfnArchive {
	if a.Disabled != nil && *a.Disabled {
		return nil
	}
	days := jsii.Number(archiveDays)
	if a.Retention != nil {
		days = a.Retention.ToDays(nil)
	}
	archive := &awsevents.CfnArchiveProps{
		SourceArn:     busARN,
		RetentionDays: days,
	}
	if a.Pattern != nil {
		archive.EventPattern = eventrules.Render(a.Pattern)
	}
	if key != nil {
		archive.KmsKeyIdentifier = key.KeyArn()
	}
	return awsevents.NewCfnArchive(self, jsii.String("Archive"), archive)
}

// UnusedWithout reports archive properties beside DisableArchive.
func (a *Archive) UnusedWithout() error {
	if a.Disabled == nil || !*a.Disabled || a.Retention == nil && a.Pattern == nil {
		return nil
	}
	return errors.New("DisableArchive excludes ArchiveRetention and ArchivePattern: set one of them")
}
