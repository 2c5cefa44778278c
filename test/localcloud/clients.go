package localcloud

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// Config makes clients of any AWS SDK package talk to the cloud.
func (c *Cloud) Config() aws.Config {
	return aws.Config{
		Region:       Region,
		BaseEndpoint: aws.String(c.Endpoint),
		Credentials:  credentials.NewStaticCredentialsProvider(AccessKeyID, SecretAccessKey, ""),
	}
}

// Environment is the settings by which any AWS SDK, and the AWS CLI, finds the
// cloud, as KEY=value lines.
func (c *Cloud) Environment() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + c.Endpoint,
		"AWS_REGION=" + Region,
		"AWS_DEFAULT_REGION=" + Region,
		"AWS_ACCESS_KEY_ID=" + AccessKeyID,
		"AWS_SECRET_ACCESS_KEY=" + SecretAccessKey,
	}
}

var apiHost = regexp.MustCompile(`^([a-z0-9]+)\.execute-api\.`)

// HTTPClient calls API Gateway URLs as they stand in a stack's outputs: a
// request to https://ID.execute-api.REGION.amazonaws.com/STAGE/… goes to the
// cloud. Any other address is refused, so that no test reaches the internet.
func (c *Cloud) HTTPClient() *http.Client {
	return &http.Client{Transport: apiTransport{endpoint: c.Endpoint}}
}

type apiTransport struct {
	endpoint string
}

func (t apiTransport) RoundTrip(request *http.Request) (*http.Response, error) {
	local := strings.TrimPrefix(t.endpoint, "http://")
	match := apiHost.FindStringSubmatch(request.URL.Host)
	if match == nil && request.URL.Host != local {
		return nil, fmt.Errorf("%s is not an API of the local cloud", request.URL.Host)
	}
	request = request.Clone(request.Context())
	if match != nil {
		_, port, _ := strings.Cut(local, ":")
		request.Host = match[1] + ".execute-api.localhost:" + port
	}
	request.URL.Scheme, request.URL.Host = "http", local
	return http.DefaultTransport.RoundTrip(request)
}

// PlainURL is the address under which a client that cannot set the Host header,
// such as curl, reaches the API whose URL is given. It has no trailing slash.
func (c *Cloud) PlainURL(apiURL string) (string, error) {
	parsed, err := url.Parse(apiURL)
	if err != nil {
		return "", fmt.Errorf("API URL: %w", err)
	}
	match := apiHost.FindStringSubmatch(parsed.Host)
	if match == nil {
		return "", fmt.Errorf("%q is not the URL of an API Gateway API", apiURL)
	}
	return strings.TrimSuffix(c.Endpoint+"/_aws/execute-api/"+match[1]+parsed.EscapedPath(), "/"), nil
}
