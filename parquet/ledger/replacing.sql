select
    path,
    bytes,
    sha256
from replacing
