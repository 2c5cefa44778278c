package webhook_test

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/netip"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	"github.com/aws/aws-cdk-go/awscdk/v2/awslambda"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssecretsmanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awssqs"
	"github.com/aws/jsii-runtime-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mediasupplychain/cdk/internal/cdktest"
	"github.com/mediasupplychain/cdk/internal/webhook/partner"
	"github.com/mediasupplychain/cdk/testkit"
	"github.com/mediasupplychain/cdk/webhook"
	"github.com/mediasupplychain/cdk/webhook/signature"
)

// found is what the function finds about a partner, with the function's own code.
func found(t *testing.T, stack awscdk.Stack, path string) *partner.Config {
	t.Helper()
	document, err := json.Marshal(map[string]any{"partners": configurationOf(t, stack)})
	require.NoError(t, err)
	directory, err := partner.ParseDirectory(string(document))
	require.NoError(t, err)
	config, err := directory.Find(path)
	require.NoError(t, err)
	require.NotNil(t, config)
	return config
}

func TestAPartnerOfAKnownProduct(t *testing.T) {
	stack := testkit.NewStack(t)
	e := newEndpoint(stack, nil)
	p := e.AddPartner("/frameio", webhook.FrameIO(nil))
	rule := awsevents.NewRule(stack, jsii.String("Rule"), &awsevents.RuleProps{EventPattern: p.EventPattern()})

	assert.Equal(t, &partner.Config{
		Preset: "frameio", Scheme: signature.FrameIO(),
		Secret: tokenOf(t, stack, p.Secret.SecretArn()), Source: "/partners/frameio",
		Destination: partner.Destination{Bus: "<{'Fn::GetAtt':['BusEA82B648','Arn']}>"},
		MaxBodySize: 1 << 20, InlineSize: 200 << 10,
	}, found(t, stack, "/frameio"))
	assert.Equal(t, "/partners/frameio", *p.Source)
	assert.Equal(t, map[string]any{"source": []any{"/partners/frameio"}}, cdktest.PropertiesOf(t, rule)["EventPattern"])
	assert.Equal(t, tokenOf(t, stack, e.URL)+"frameio", tokenOf(t, stack, p.URL))

	assert.Equal(t, map[string]any{
		"Description":          "Secret of the webhook partner /frameio: put the partner's value here, or this one into the partner's console",
		"GenerateSecretString": map[string]any{"ExcludePunctuation": true, "PasswordLength": 48},
	}, cdktest.PropertiesOf(t, p.Secret))
	method := cdktest.One(t, stack, "AWS::ApiGateway::Method")
	method.Has(t, "HttpMethod", `"ANY"`)
	method.Has(t, "AuthorizationType", `"NONE"`)
	assert.Equal(t, "AWS_PROXY", method["Integration"].(map[string]any)["Type"])
	assert.Equal(t, "POST", method["Integration"].(map[string]any)["IntegrationHttpMethod"])
}

func TestASchemeOfYourOwn(t *testing.T) {
	stack := testkit.NewStack(t)
	scheme := &signature.Scheme{
		Name: "acme-qc", Kind: signature.HMAC, Hash: signature.SHA256, Encoding: signature.Hex,
		Signatures: []signature.Source{{In: "header.Acme-Signature", Prefix: "sha256="}},
		Content:    "{timestamp}.{body}",
		Timestamp:  &signature.Timestamp{In: "header.Acme-Timestamp", Tolerance: 5 * time.Minute},
		EventID:    []signature.Template{"{json.reportId}"},
	}
	newEndpoint(stack, nil).AddPartner("/qc/acme", webhook.Signed(scheme, nil))
	got := found(t, stack, "/qc/acme")
	assert.Empty(t, got.Preset)
	assert.Equal(t, scheme, got.Scheme, "the function reads the scheme that was written")
}

// A preset that was changed is not the preset any more.
func TestAChangedPreset(t *testing.T) {
	stack := testkit.NewStack(t)
	mux := webhook.Mux(nil)
	mux.Scheme.Timestamp.Tolerance = time.Minute
	newEndpoint(stack, nil).AddPartner("/mux", mux)
	got := found(t, stack, "/mux")
	assert.Empty(t, got.Preset)
	assert.Equal(t, time.Minute, got.Scheme.Timestamp.Tolerance)
}

func TestOverridesOfAPartner(t *testing.T) {
	stack := testkit.NewStack(t)
	queue := awssqs.NewQueue(stack, jsii.String("Queue"), nil)
	secret := awssecretsmanager.NewSecret(stack, jsii.String("Ours"), nil)
	ask := awslambda.Function_FromFunctionArn(stack, jsii.String("Ask"), jsii.String("arn:aws:lambda:eu-west-1:111122223333:function:ask"))
	given := &webhook.PartnerProps{
		Scheme: signature.Mux(), Secret: secret, Queue: queue, Source: jsii.String("com.mux.production"),
		DetectReplays: jsii.Bool(true), RememberFor: awscdk.Duration_Days(jsii.Number(30)), MaxBodySize: jsii.Number(10000),
		RejectStatus: jsii.Number(403), SourceIPRanges: jsii.Strings("198.51.100.7/32"), Confirm: ask,
	}
	before := *given
	e := newEndpoint(stack, nil)
	p := e.AddPartner("/mux", given)

	assert.Equal(t, before, *given, "the caller's properties stay as they were")
	assert.Equal(t, secret, p.Secret)
	assert.Equal(t, &partner.Config{
		Preset: "mux", Scheme: signature.Mux(), Secret: tokenOf(t, stack, secret.SecretArn()), Source: "com.mux.production",
		Destination:     partner.Destination{QueueURL: tokenOf(t, stack, queue.QueueUrl())},
		RememberSeconds: 2592000, MaxBodySize: 10000, InlineSize: 200 << 10, RejectStatus: 403,
		SourceIPRanges: []netip.Prefix{netip.MustParsePrefix("198.51.100.7/32")},
		Confirm:        "arn:aws:lambda:eu-west-1:111122223333:function:ask",
	}, found(t, stack, "/mux"))
	assert.NotNil(t, e.Table)
	assert.Nil(t, e.Bucket, "10,000 bytes fit into an event")
}

func TestSecretProps(t *testing.T) {
	stack := testkit.NewStack(t)
	mux := webhook.Mux(nil)
	mux.SecretProps = &awssecretsmanager.SecretProps{Description: jsii.String("Mux production")}
	p := newEndpoint(stack, nil).AddPartner("/mux", mux)
	assert.Equal(t, "Mux production", cdktest.PropertiesOf(t, p.Secret)["Description"])
}

// Without a signed time, whoever recorded a request could send it for ever.
func TestReplaysAreDetectedWhereThePartnerSignsNoTime(t *testing.T) {
	for _, c := range []struct {
		name   string
		props  *webhook.PartnerProps
		expect time.Duration
	}{
		{"signs the time", webhook.Mux(nil), 0},
		{"signs no time", webhook.GitHub(nil), signature.GitHub().Remember()},
		{"signs nothing", webhook.Verbit(nil), 96 * time.Hour},
		{"signs the time, but is wanted", &webhook.PartnerProps{Scheme: signature.Mux(), DetectReplays: jsii.Bool(true)}, 48 * time.Hour},
		{"signs no time, but is not wanted", &webhook.PartnerProps{Scheme: signature.GitHub(), DetectReplays: jsii.Bool(false)}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			stack := testkit.NewStack(t)
			e := newEndpoint(stack, nil)
			e.AddPartner("/p", c.props)
			assert.Equal(t, int64(c.expect/time.Second), found(t, stack, "/p").RememberSeconds)
			assert.Equal(t, c.expect > 0, e.Table != nil)
		})
	}
}

func TestASecretInThePath(t *testing.T) {
	stack := testkit.NewStack(t)
	p := newEndpoint(stack, nil).AddPartner("/captions/verbit", webhook.Verbit(nil))
	assert.Equal(t, "/captions/verbit/{secret}", *p.Resource.Path())
	assert.NotNil(t, p.Secret)
	var parts []any
	for _, r := range cdktest.All(t, stack, "AWS::ApiGateway::Resource") {
		parts = append(parts, r["PathPart"])
	}
	assert.ElementsMatch(t, []any{"captions", "verbit", "{secret}"}, parts)
	assert.Len(t, cdktest.All(t, stack, "AWS::ApiGateway::Method"), 1, "the path without the secret is unknown")
}

func TestAPartnerWithoutASecret(t *testing.T) {
	for name, props := range map[string]*webhook.PartnerProps{
		"keys are fetched": webhook.AdobeIO("client-id"),
		"nothing at all":   webhook.Signed(signature.Unsigned("legacy"), nil),
	} {
		t.Run(name, func(t *testing.T) {
			stack := testkit.NewStack(t)
			p := newEndpoint(stack, nil).AddPartner("/p", props)
			assert.Nil(t, p.Secret)
			assert.Empty(t, found(t, stack, "/p").Secret)
		})
	}
}

func TestPathsOfPartnersMayShareSegments(t *testing.T) {
	stack := testkit.NewStack(t)
	e := newEndpoint(stack, nil)
	for _, path := range []string{"/brightcove/cms", "/brightcove/live", "/brightcove"} {
		e.AddPartner(path, webhook.Mux(nil))
	}
	assert.Len(t, cdktest.All(t, stack, "AWS::ApiGateway::Resource"), 3)
	assert.Len(t, cdktest.All(t, stack, "AWS::ApiGateway::Method"), 3)
}

func TestThrottlingOfAPartner(t *testing.T) {
	stack := testkit.NewStack(t)
	e := newEndpoint(stack, nil)
	slack := webhook.Dropbox(nil)
	slack.ThrottlingRateLimit, slack.ThrottlingBurstLimit = jsii.Number(5), jsii.Number(10)
	e.AddPartner("/storage/dropbox", slack)
	verbit := webhook.Verbit(nil)
	verbit.ThrottlingRateLimit = jsii.Number(1)
	e.AddPartner("/verbit", verbit)
	cdktest.One(t, stack, "AWS::ApiGateway::Stage").Has(t, "MethodSettings", `[
		{"ResourcePath":"/*","HttpMethod":"*","LoggingLevel":"OFF","DataTraceEnabled":false,"ThrottlingRateLimit":500,"ThrottlingBurstLimit":1000},
		{"ResourcePath":"/~1storage~1dropbox","HttpMethod":"POST","LoggingLevel":"OFF","DataTraceEnabled":false,"ThrottlingRateLimit":5,"ThrottlingBurstLimit":10},
		{"ResourcePath":"/~1storage~1dropbox","HttpMethod":"GET","LoggingLevel":"OFF","DataTraceEnabled":false,"ThrottlingRateLimit":5,"ThrottlingBurstLimit":10},
		{"ResourcePath":"/~1verbit~1{secret}","HttpMethod":"POST","LoggingLevel":"OFF","DataTraceEnabled":false,"ThrottlingRateLimit":1}]`)
}

// A deployment takes effect at once, and one that changes nothing replaces no
// instance.
func TestTheEnvironmentChangesWithTheConfiguration(t *testing.T) {
	hash := func(unrelated bool, edit func(*webhook.PartnerProps)) any {
		stack := testkit.NewStack(t)
		if unrelated { // other constructs number the tokens differently
			awssqs.NewQueue(stack, jsii.String("Unrelated"), nil).QueueArn()
		}
		e := newEndpoint(stack, nil)
		mux := webhook.Mux(nil)
		edit(mux)
		e.AddPartner("/mux", mux)
		return environment(t, e)["WEBHOOK_CONFIGURATION_HASH"]
	}
	same := func(*webhook.PartnerProps) {}
	assert.Equal(t, hash(false, same), hash(true, same))
	assert.NotEqual(t, hash(false, same), hash(false, func(p *webhook.PartnerProps) { p.RejectStatus = jsii.Number(403) }))
	assert.NotEqual(t, hash(false, same), hash(false, func(p *webhook.PartnerProps) {
		stack := testkit.NewStack(t)
		p.Secret = awssecretsmanager.Secret_FromSecretCompleteArn(stack, jsii.String("Ours"), jsii.String("arn:aws:secretsmanager:eu-west-1:111122223333:secret:ours-a1b2c3"))
	}))
}

func TestEveryProblemOfAPartner(t *testing.T) {
	stack := testkit.NewStack(t)
	e := newEndpoint(stack, nil)
	e.AddPartner("/mux", webhook.Mux(nil))
	problem := func(path string, p *webhook.PartnerProps) string {
		return cdktest.Problems(t, func() { e.AddPartner(path, p) }).Error()
	}
	secret := awssecretsmanager.Secret_FromSecretNameV2(stack, jsii.String("Ours"), jsii.String("ours"))
	queue := awssqs.Queue_FromQueueArn(stack, jsii.String("Queue"), jsii.String("arn:aws:sqs:eu-west-1:111122223333:events"))

	assert.Equal(t, `webhook.Endpoint.AddPartner "Stack/Webhooks/Partners/a b.": invalid properties:
- path must be one to four segments of letters, digits, "-" and "_", such as "/frameio", got "/a b/"
- Scheme is required
- Secret and SecretProps exclude each other: set one of them
- EventBus and Queue exclude each other: set one of them
- Source must have 1 to 256 characters and not begin with "aws.", got "aws.partner/mux"
- RememberFor must be between 3600 and 31536000 seconds, got 60
- MaxBodySize must be between 1 and 4194304, got 0
- RejectStatus must not be 410: it tells many senders to stop for good
- SourceIPRanges is empty and would let nobody in; leave it out for every address
- ThrottlingRateLimit must be between 1 and 1000000, got 0
- ThrottlingBurstLimit must be between 1 and 1000000, got 0`, problem("/a b/", &webhook.PartnerProps{
		Secret: secret, SecretProps: &awssecretsmanager.SecretProps{}, EventBus: awsevents.EventBus_FromEventBusName(stack, jsii.String("Other"), jsii.String("other")), Queue: queue,
		Source: jsii.String("aws.partner/mux"), RememberFor: awscdk.Duration_Minutes(jsii.Number(1)), MaxBodySize: jsii.Number(0), RejectStatus: jsii.Number(410),
		SourceIPRanges: &[]*string{}, ThrottlingRateLimit: jsii.Number(0), ThrottlingBurstLimit: jsii.Number(0),
	}))
	assert.Equal(t, `webhook.Endpoint.AddPartner "Stack/Webhooks/Partners/mux": invalid properties:
- path "/mux" has a partner already
- Source "/partners/mux" is another partner's: their event ids would be taken for each other's
- RejectStatus must be between 400 and 599, got 200`, problem("/mux", &webhook.PartnerProps{Scheme: signature.Mux(), RejectStatus: jsii.Number(200)}))
	assert.Equal(t, `webhook.Endpoint.AddPartner "Stack/Webhooks/Partners/legacy": invalid properties:
- Secret and SecretProps have no effect: the scheme "legacy" needs no secret`, problem("/legacy", webhook.Signed(signature.Unsigned("legacy"), secret)))
	assert.Equal(t, `webhook.Endpoint.AddPartner "Stack/Webhooks/Partners/verbit": invalid properties:
- RememberFor must be longer than the partner retries, 48h0m0s, got 24h0m0s`, problem("/verbit", &webhook.PartnerProps{
		Scheme: signature.Verbit().WithPathSecret(), RememberFor: awscdk.Duration_Days(jsii.Number(1)),
	}))
	assert.Equal(t, `webhook.Endpoint.AddPartner "Stack/Webhooks/Partners/broken": invalid properties:
- Scheme: Hash must be one of [sha1 sha256 sha384 sha512], got ""
- Scheme: Encoding must be one of [hex base64], got ""
- Scheme: Signatures is required: say where the signature stands
- Scheme: Content must hold {body}, or nothing proves that the body was not changed`, problem("/broken", webhook.Signed(&signature.Scheme{Name: "broken", Kind: signature.HMAC}, nil)))
	for _, path := range []string{"", "/", "mux", "/mux/", "//mux", "/a/b/c/d/e", "/{proxy+}", "/a.b"} {
		assert.Contains(t, problem(path, webhook.FrameIO(nil)), "- path must be one to four segments", path)
	}
	assert.Len(t, configurationOf(t, stack), 1, "nothing was defined")
	assert.Len(t, cdktest.All(t, stack, "AWS::ApiGateway::Resource"), 1)
	assert.Len(t, *e.Node().FindChild(jsii.String("Partners")).Node().Children(), 1)
}

// The table of claims and the like are defined for the first partner that needs
// them, and shared by all.
func TestAPartnerAddsAtMostEightResources(t *testing.T) {
	signsTime := func() *webhook.PartnerProps { return webhook.Mux(nil) }
	signsNoTime := func() *webhook.PartnerProps { return webhook.GitHub(nil) }
	for name, test := range map[string]struct {
		path        string
		props       func() *webhook.PartnerProps
		first, each int
	}{
		"a preset":                {"/mux", signsTime, 3, 3},
		"one that signs no time":  {"/github", signsNoTime, 4, 3},
		"a path of four segments": {"/a/b/c/mux", signsTime, 6, 6},
	} {
		count := func(partners int) int {
			stack := testkit.NewStack(t)
			e := newEndpoint(stack, nil)
			e.AddPartner("/other", signsTime())
			for _, one := range []string{"/one", "/two"}[:partners] {
				e.AddPartner(strings.Replace(test.path, "/", one+"-", 1), test.props())
			}
			return len(cdktest.Resources(t, stack))
		}
		none, one, two := count(0), count(1), count(2)
		assert.Equal(t, test.first, one-none, "%s: the package's documentation tells it too", name)
		assert.Equal(t, test.each, two-one, "%s: the package's documentation tells it too", name)
		assert.LessOrEqual(t, max(one-none, two-one), 8, name)
	}
}

func TestFiftyPartners(t *testing.T) {
	resources := func(path func(i int) string, partners int) (awscdk.Stack, *webhook.Endpoint) {
		stack := testkit.NewStack(t)
		e := newEndpoint(stack, nil)
		e.AddPartner("/first", webhook.Verbit(nil)) // with what is defined for all
		for i := range partners - 1 {
			scheme := signature.Presets()[i%len(signature.Presets())]
			p := webhook.Signed(scheme, nil)
			if scheme.Kind == signature.None {
				p = webhook.Unsigned(scheme, nil)
			}
			e.AddPartner(path(i), p)
		}
		return stack, e
	}
	long := func(i int) string { return fmt.Sprintf("/region%d/studio%d/show%d/partner%d", i, i, i, i) }
	one, _ := resources(long, 1)
	two, _ := resources(func(int) string { return "/a/b/c/d" }, 2)
	fifty, e := resources(long, 50)

	base := len(cdktest.Resources(t, one))
	assert.LessOrEqual(t, len(cdktest.Resources(t, two))-base, 8)
	assert.LessOrEqual(t, len(cdktest.Resources(t, fifty))-base, 49*8)
	assert.Less(t, len(cdktest.Resources(t, fifty)), 500, "CloudFormation's limit for a stack")
	assert.Len(t, configurationOf(t, fifty), 50)
	policy := cdktest.JSON(t, cdktest.PropertiesOf(t, e.Policy)["PolicyDocument"])
	assert.Less(t, len(deployed(policy)), 10240, "IAM's limit for the inline policies of a role")
}

// deployed takes each reference for as long as an ARN with the names that
// CloudFormation makes.
func deployed(policy string) string {
	for _, reference := range []string{`{"Ref":"`, `{"Fn::GetAtt":["`} {
		for {
			before, rest, ok := strings.Cut(policy, reference)
			if !ok {
				break
			}
			_, after, _ := strings.Cut(rest, "}")
			policy = before + `"` + strings.Repeat("x", 135) + `"` + after
		}
	}
	return policy
}

func TestTooManySecretsForOneRole(t *testing.T) {
	e := newEndpoint(testkit.NewStack(t), nil)
	for i := range 60 {
		e.AddPartner(fmt.Sprint("/p", i), webhook.Mux(nil))
	}
	err := cdktest.Problems(t, func() { e.AddPartner("/p60", webhook.Mux(nil)) })
	require.EqualError(t, err, `webhook.Endpoint.AddPartner "Stack/Webhooks/Partners/p60": invalid properties:
- an endpoint reads at most 60 secrets, as many as fit in the policies of its role; define a second Endpoint`)
	assert.NotPanics(t, func() { e.AddPartner("/adobe", webhook.AdobeIO("client")) }, "which needs none")
}

func TestTooMuchConfiguration(t *testing.T) {
	stack := testkit.NewStack(t)
	e := newEndpoint(stack, nil)
	shared := awssecretsmanager.NewSecret(stack, jsii.String("Shared"), nil)
	add := func(i int) {
		scheme := signature.Mux()
		scheme.RequiredHeaders = map[string]string{"X-Padding": strings.Repeat("x", 6000)}
		e.AddPartner(fmt.Sprint("/p", i), webhook.Signed(scheme, shared))
	}
	for i := range 9 {
		add(i)
	}
	err := cdktest.Problems(t, func() { add(9) })
	assert.Regexp(t, `^webhook.Endpoint.AddPartner "Stack/Webhooks/Partners/p9": invalid properties:
- the configuration of 10 partners takes up to 7\d{4} bytes, and 65536 is the most; use a preset where there is one, or define a second Endpoint$`, err.Error())
}

// Each product of package signature has its function here, which takes the same
// and the secret.
func TestEveryPresetHasItsPartner(t *testing.T) {
	presets, partners := functions(t, "signature", "Scheme"), functions(t, ".", "PartnerProps")
	delete(presets, "Unsigned")
	delete(partners, "Unsigned")
	delete(partners, "Signed")
	assert.Greater(t, len(presets), 30)
	for name, parameters := range presets {
		if name != "AdobeIO" { // whose keys are fetched
			parameters = append(parameters, "secret")
		}
		assert.Equal(t, parameters, partners[name], name)
		delete(partners, name)
	}
	assert.Empty(t, partners)
}

// functions are the exported functions of a package that return a pointer to
// the type, with their parameters.
func functions(t *testing.T, dir, result string) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		require.NoError(t, err)
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !f.Name.IsExported() || f.Type.Results == nil || len(f.Type.Results.List) != 1 {
				continue
			}
			pointer, ok := f.Type.Results.List[0].Type.(*ast.StarExpr)
			if ident, isIdent := pointerTo(pointer); !ok || !isIdent || ident != result {
				continue
			}
			all[f.Name.Name] = nil
			for _, p := range f.Type.Params.List {
				for _, name := range p.Names {
					all[f.Name.Name] = append(all[f.Name.Name], name.Name)
				}
			}
		}
	}
	return all
}

func pointerTo(p *ast.StarExpr) (string, bool) {
	if p == nil {
		return "", false
	}
	ident, ok := p.X.(*ast.Ident)
	if !ok {
		return "", false
	}
	return ident.Name, true
}
