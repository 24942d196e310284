-- Every value of one file, to find the one that cannot be read.
select bit_xor(hash(file)) from read_parquet(cast(? as varchar[])) as file;
