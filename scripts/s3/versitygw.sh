# Sourced: installs versitygw, an S3 server, into .cache/bin, and sets versitygw to where it is;
# to nothing where it cannot be had, and left_out to the reason.
version_of_versitygw=v1.8.0
versitygw=$PWD/.cache/bin/versitygw
left_out=
if [ ! -x "$versitygw" ] || [ ! -f "$PWD/.cache/bin/.versitygw-$version_of_versitygw" ]; then
	mkdir -p .cache/bin
	rm -f .cache/bin/.versitygw-*
	if GOBIN=$PWD/.cache/bin GOFLAGS='' go install "github.com/versity/versitygw/cmd/versitygw@$version_of_versitygw" >.cache/bin/.versitygw.log 2>&1; then
		: >".cache/bin/.versitygw-$version_of_versitygw"
	else
		versitygw=
		left_out="versitygw $version_of_versitygw cannot be installed ($(tail -1 .cache/bin/.versitygw.log | cut -c1-160))"
	fi
fi
