"""Writes the files beside this one (pyarrow 26). Run it in this folder."""
import json

import pyarrow as pa
import pyarrow.parquet as pq

IDS = {"object_id": ["o", "o", "p"], "worker_id": ["a", "b", "a"]}


def write(name, column, values, kind=None, **options):
    table = pa.table({**IDS, column: pa.array(values, kind)})
    pq.write_table(table, name, store_schema=False, **options)


shape = [("label", pa.string()), ("left", pa.float32()), ("top", pa.int8())]
shape = pa.struct(shape + [("width", pa.int64()), ("height", pa.uint16())])
boxes = [{"label": "x", "left": 1.5, "top": 2, "width": 30, "height": 40}]
write("boxes_gzip.parquet", "boxes", [boxes, boxes, []], pa.list_(shape), compression="gzip")
labels = pa.large_list(pa.large_string())
write("labels_lz4.parquet", "labels", [["x", "y"], ["y", "x"], []], labels, compression="lz4")
write("labels_null.parquet", "labels", [["x"], None, []], labels)
label = pa.array(["x", "x", "y"]).dictionary_encode()
write("label_dictionary.parquet", "label", label, compression="zstd", data_page_version="2.0")
text = json.dumps(boxes)
write("boxes_text.parquet", "boxes", [text, text, "[]"], pa.string_view())
write("value_nan.parquet", "value", [1.0, float("nan"), 2.0])
write("label_brotli.parquet", "label", ["x", "x", "y"], compression="brotli")
write("labels_map.parquet", "labels", [[("x", 1)]] * 3, pa.map_(pa.string(), pa.int8()))
