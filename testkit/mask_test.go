package testkit

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChurn(t *testing.T) {
	hash := strings.Repeat("0123456789abcdef", 4)
	for _, c := range []struct {
		name, template, want string
		assets               []string
	}{
		{
			name:     "the hash of an asset, wherever it stands",
			template: `{"Resources": {"F": {"Properties": {"Code": {"ImageUri": {"Fn::Sub": "repository:` + hash + `"}}, "Keys": ["` + hash + `.zip"]}}}}`,
			assets:   []string{hash},
			want:     `{"Resources": {"F": {"Properties": {"Code": {"ImageUri": {"Fn::Sub": "repository:<asset>"}}, "Keys": ["<asset>.zip"]}}}}`,
		},
		{
			name:     "a hash that is no asset's is what the user wrote",
			template: `{"Resources": {"F": {"Properties": {"CodeSha256": "` + hash + `"}}}}`,
			want:     `{"Resources": {"F": {"Properties": {"CodeSha256": "` + hash + `"}}}}`,
		},
		{
			name:     "an asset that the user named",
			template: `{"Resources": {"F": {"Properties": {"Description": "the api image"}}}}`,
			assets:   []string{"api"},
			want:     `{"Resources": {"F": {"Properties": {"Description": "the api image"}}}}`,
		},
		{
			name: "a deployment and its references",
			template: `{"Resources": {
				"ApiDeploymentB17BE62Ddbf2a80cf8fa8a238d45112ae9502855": {"Type": "AWS::ApiGateway::Deployment"},
				"Stage": {"Type": "AWS::ApiGateway::Stage", "DependsOn": ["ApiDeploymentB17BE62Ddbf2a80cf8fa8a238d45112ae9502855"],
					"Properties": {"DeploymentId": {"Ref": "ApiDeploymentB17BE62Ddbf2a80cf8fa8a238d45112ae9502855"}}}}}`,
			want: `{"Resources": {
				"ApiDeploymentB17BE62D<hash>": {"Type": "AWS::ApiGateway::Deployment"},
				"Stage": {"Type": "AWS::ApiGateway::Stage", "DependsOn": ["ApiDeploymentB17BE62D<hash>"],
					"Properties": {"DeploymentId": {"Ref": "ApiDeploymentB17BE62D<hash>"}}}}}`,
		},
		{
			name:     "another resource may be named by a hash",
			template: `{"Resources": {"Tabledbf2a80cf8fa8a238d45112ae9502855": {"Type": "AWS::DynamoDB::Table"}}}`,
			want:     `{"Resources": {"Tabledbf2a80cf8fa8a238d45112ae9502855": {"Type": "AWS::DynamoDB::Table"}}}`,
		},
		{
			name: "what the CDK adds to each template, beside what the user has",
			template: `{
				"Parameters": {"BootstrapVersion": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/x/version"}, "Tier": {"Type": "String"}},
				"Rules": {"CheckBootstrapVersion": {"Assertions": []}, "CheckTier": {"Assertions": []}},
				"Conditions": {"CDKMetadataAvailable": true, "Live": true},
				"Resources": {
					"CDKMetadata": {"Type": "AWS::CDK::Metadata"},
					"Queue": {"Type": "AWS::SQS::Queue", "Metadata": {"aws:cdk:path": "a/b", "cdk_nag": "a reason"}},
					"Topic": {"Type": "AWS::SNS::Topic", "Metadata": {"aws:cdk:path": "a/c"}}}}`,
			want: `{
				"Parameters": {"Tier": {"Type": "String"}},
				"Rules": {"CheckTier": {"Assertions": []}},
				"Conditions": {"Live": true},
				"Resources": {
					"Queue": {"Type": "AWS::SQS::Queue", "Metadata": {"cdk_nag": "a reason"}},
					"Topic": {"Type": "AWS::SNS::Topic"}}}`,
		},
		{
			name:     "a parameter of the user's that is named like the CDK's",
			template: `{"Parameters": {"BootstrapVersion": {"Type": "Number"}}, "Rules": {"CheckBootstrapVersion": {}}}`,
			want:     `{"Parameters": {"BootstrapVersion": {"Type": "Number"}}, "Rules": {"CheckBootstrapVersion": {}}}`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var template map[string]any
			require.NoError(t, json.Unmarshal([]byte(c.template), &template))

			masked, err := churn(template, c.assets)

			require.NoError(t, err)
			text, err := canonical(masked)
			require.NoError(t, err)
			assert.JSONEq(t, c.want, text)
		})
	}
}

func TestAssetsAreFilesAndImagesOfEachManifest(t *testing.T) {
	assembly := t.TempDir()
	require.NoError(t, write(filepath.Join(assembly, "A.assets.json"), `{"files": {"one": {}}, "dockerImages": {"two": {}}}`))
	require.NoError(t, write(filepath.Join(assembly, "B.assets.json"), `{"dockerImages": {"three": {}}}`))

	hashes, err := synthesized{assembly: assembly}.assets()

	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"one", "two", "three"}, hashes)
}
