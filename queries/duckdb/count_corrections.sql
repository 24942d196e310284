select count(*)
from lake.corrections;
