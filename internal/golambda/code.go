package golambda

import (
	"os"
	"path/filepath"
	"sync"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awss3assets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Code gives the Lambda code of spec for a function in scope. It compiles
// nothing where the CDK says that the stack's assets are not needed (cdk list,
// cdk destroy, tests): the asset is a placeholder then.
func Code(scope constructs.Construct, spec Spec) (awslambda.Code, error) {
	if !bundles(scope) {
		return code(placeholder(spec))
	}
	return code(Build(spec))
}

func bundles(scope constructs.Construct) bool { return *awscdk.Stack_Of(scope).BundlingRequired() }

func code(asset Asset, err error) (awslambda.Code, error) {
	if err != nil {
		return nil, err
	}
	return awslambda.Code_FromAsset(jsii.String(asset.Dir), &awss3assets.AssetOptions{
		// Known already, so that the CDK need not read the executable again.
		AssetHash:     jsii.String(asset.Hash),
		AssetHashType: awscdk.AssetHashType_CUSTOM,
	}), nil
}

// HandlerCode is [Code] for a Lambda main of this library.
func HandlerCode(scope constructs.Construct, name, arch string) (awslambda.Code, error) {
	if !bundles(scope) {
		return code(placeholder(Spec{Package: name}))
	}
	spec, err := Handler(name, arch)
	if err != nil {
		return nil, err
	}
	return code(Build(spec))
}

// placeholder stands in for the executable of any spec. Its hash is a constant.
func placeholder(Spec) (Asset, error) {
	dir, err := placeholderDir()
	return Asset{Dir: dir, Hash: "0000000000000000000000000000000000000000000000000000000000000000"}, err
}

var placeholderDir = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(cacheRoot(), "placeholder")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	return dir, os.WriteFile(filepath.Join(dir, "bootstrap"), []byte("not built: asset bundling is off\n"), 0o600)
})
