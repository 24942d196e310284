//go:build integration

package queries

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"roletrail/parquet"
)

// onS3 are questions that read events, coverage, inventory, trails and the catalogue, of all
// days and of few. (There Trino lists the folder of every day, and those that follow sessions
// through chains of roles do so often.)
var onS3 = []string{"coverage", "document_changes", "meta_inventory", "meta_trails", "role_policies", "session_events"}

// compareOnS3 copies the lake into a bucket, and asks Trino of it there.
func (r *realTrino) compareOnS3(t *testing.T, duck Engine, lake string) {
	if r.s3 == "" {
		t.Skip("TRINO_S3 names no server that Trino's catalogue s3 has")
	}
	r.copyToS3(t, lake)
	trino := r.open(t, "s3", "s3://lakes/roletrail")
	for _, question := range onS3 {
		t.Run(question, func(t *testing.T) {
			if compareAnswers(t, duck, trino, question, quarter(question)) == 0 {
				t.Error("no rows")
			}
		})
	}
}

// copyToS3 puts the files of the lake's tables, which are all that count, into a new bucket.
func (r *realTrino) copyToS3(t *testing.T, lake string) {
	t.Helper()
	client := s3.New(s3.Options{BaseEndpoint: &r.s3, UsePathStyle: true, Region: "us-east-1", Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "testsecret"}, nil
	})})
	if _, err := client.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("lakes")}); err != nil {
		t.Fatal(err)
	}
	for _, s := range parquet.Schemas() {
		root := filepath.Join(lake, s.Table)
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			file, err := os.Open(path)
			if err != nil {
				return err
			}
			defer file.Close()
			within, err := filepath.Rel(lake, path)
			if err != nil {
				return err
			}
			_, err = client.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("lakes"), Key: aws.String("roletrail/" + filepath.ToSlash(within)), Body: file})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
