/**
 * What a code means that is found in the files which a configuration names, and what to do about it. The messages name
 * the file, and where it has rows or members, which of them.
 */
export const dataExplanations: Readonly<Record<string, string>> = {
  'file-unreadable': 'The file is not there, is no regular file, or may not be read.',
  'pointer-file':
    'What lies there is the pointer that Git LFS or git-annex leaves in the place of a file until it is fetched: run `git lfs pull`, or `git annex get`.',
  'page-in-place':
    'What lies there is a page or a message that a server sent in place of the file, as it does where one has to log in or the address is wrong. Download the file again.',
  'path-not-found': 'There is no file or folder of that name, or it may not be looked at.',
  'not-recognised':
    'No reader knows the file or folder by its name. Name the reader in a `*.gap.yaml` file; `modality-gap readers` lists them.',
  'format-not-read':
    'The file is of a format that embeddings are kept in and that no reader takes. The message has the lines that convert it.',
  'folder-empty': 'The folder has nothing in it but, perhaps, hidden files.',
  'links-not-followed':
    'The files of the folder are links that lead out of it, as DVC, git-annex and the cache of Hugging Face leave them. A folder’s links are not followed: name the files one by one, or copy them with `cp -L`.',
  'folder-of-data':
    'The folder holds data that are each measured by themselves, not as a folder. The message says how.',
  'files-of-several-kinds':
    'Several files are measured together where they are of one kind, or all hold embeddings.',
  'several-files': 'Data of this kind are one file. Name it alone, or the folder that the files are in.',
  'tables-of-modalities':
    'Rows of several tables are read one after the other, as parts of one. Tables of a modality each are paired by an `sql` query that joins them.',
  'file-changed': 'The file became shorter while it was read. Wait until whatever writes it is done.',
  'path-outside':
    'A name in the data leads out of their folder, which is refused: data may come from anywhere. Give the folder that holds all of them as `root`.',
  'path-unreadable': 'A path in the data cannot be looked up.',
  'not-utf-8': 'A text is not UTF-8. Save it in that encoding.',
  'no-rows': 'The data hold nothing that can be embedded. The message says why what is there was left out.',

  'npy-empty': 'The file is empty: whatever was to write the array did not.',
  'npy-magic': 'The file is no `.npy` array, whatever its name says. Write it with `numpy.save`.',
  'npy-version': 'The array is in a version of `.npy` that is not known. NumPy writes 1.0, 2.0 and 3.0.',
  'npy-header': 'The header of the array does not say what NumPy’s do. Write it with `numpy.save`.',
  'npy-truncated': 'The file ends within the header of the array: it was cut off.',
  'npy-size': 'The file is shorter or longer than the shape and type in its header demand: it was cut off.',
  'npy-type':
    'The array holds values of a type that is not read. Numbers are converted with `.astype("float32")`, objects that are vectors of equal length with `numpy.stack`.',
  'array-missing':
    'The file has no array or tensor of that name. The message lists those that it has; `modalities` says which is which.',
  'array-shape':
    'Embeddings are rows × columns or, of several modalities, modalities × rows × columns. Of arrays with more axes, such as tokens or maps, one vector a row has to be saved: a mean, or the first one.',
  'axes-dropped':
    'An array has axes of length 1, as `unsqueeze` and `keepdims` leave them. It is read without them, which changes no value.',
  'first-axis':
    'An array has three axes, and its first one is short: it is read as one of modalities. Where it is another one, save rows × columns.',
  'whole-number-embeddings':
    'An array of whole numbers is read as embeddings: quantised ones. Cosines do not depend on a common scale, but on a zero point; packed bits have to be unpacked.',
  'fortran-compressed':
    'A compressed array in column-major order can only be read as a whole, and it is too large for that. Save it with `numpy.ascontiguousarray`.',
  'left-out':
    'Something in the data is no modality of the measurement: the message names it, with what it is instead. Where it should be one, `modalities` or `columns` name it; else nothing is to be done.',
  'rows-skipped':
    'Rows cannot be read, or lack an item, and are left out of every modality. The message names them; with `--strict` the run fails instead.',
  'no-embeddings':
    'Nothing in the file is taken for embeddings. The message says of what there is why; what `modalities` names is read whatever its type, as long as it holds numbers.',
  'modality-names':
    'The names of modalities in `modalities`, `path` or `files` do not fit the arrays in the data, or are given twice or not at all. The message lists the arrays.',
  'array-format':
    'The file is of no format that embeddings come in. The message lists the extensions of those.',
  'files-unclear':
    'Files differ in a number alone. They may be parts of one modality, or a modality each: name the modalities.',
  'part-missing':
    'Of one modality there is a numbered part that the other one lacks: rows beside one another would not belong together.',
  'parts-missing':
    'Numbered parts have a gap that is the same in every modality: what lies in between may not have been saved or copied.',
  'unequal-parts':
    'Parts of an array differ in their columns, or parts of two modalities in their rows: rows beside one another would not belong together.',
  'names-untold':
    'The names of the files say nothing of modalities, which are numbered instead. Name them with `--modalities`, or as keys of `path`.',
  'archive-damaged': 'The archive cannot be read as the zip that it should be: it was cut off or changed.',
  'archive-bomb': 'The archive has more entries, or grows more, than embeddings do, and is not read.',
  'archive-method': 'An entry of the archive is compressed or encrypted in a way that NumPy does not use.',
  'safetensors-empty': 'The file is empty: whatever was to write the tensors did not.',
  'safetensors-header': 'The header of the file is damaged, or the file is no safetensors.',
  'safetensors-truncated': 'The file ends within its header: it was cut off.',
  'safetensors-offsets':
    'The values in the file are not those that its header lists: it was cut off, or the header is wrong.',
  'safetensors-size': 'The shape of a tensor is of another number of bytes than its place in the file.',
  'pytorch-empty': 'The file is empty: whatever was to write the tensors did not.',
  'pytorch-format':
    'The file is not what `torch.save` writes, whatever its name says. Where it is a plain pickle, it is not loaded, because that would run code.',
  'pytorch-script':
    'The file is a TorchScript model. Embed your data with it, and save the embeddings with `torch.save`.',
  'pytorch-model':
    'The file is a model: its parameters, or all of it. Embed your data with it and save the embeddings; where tensors of it are embeddings, `modalities` names them.',
  'pytorch-object':
    'The file holds an object that is neither an array nor a plain container, and to load it would run code. Save a dictionary of tensors alone, with `torch.save({"image": …, "text": …}, "embeddings.pt")`.',
  'pytorch-damaged':
    'What the file says of its tensors does not agree with what is in it: it was cut off or changed.',
  'pytorch-structure':
    'The data in the file are nested deeper, or are more, than those that people save, or have one name twice. Save one dictionary of tensors.',
  'pickle-damaged':
    'The description of the data, a pickle, cannot be read to its end: the file was cut off or changed.',
  'pickle-size':
    'The file has more objects beside its tensors than are held in memory. Save numbers as one tensor, which is streamed.',
  'pickle-refused':
    'A pickle is never loaded, because loading one runs the code of whoever wrote it. The message has the lines of Python that convert it.',
  'row-names':
    'The rows of two modalities have names, and these come in different orders, so that row i of each does not belong together. Save both in one order.',
  'named-rows':
    'A dictionary of vectors is read as a matrix with a row for each of its entries, in its order.',
  'list-of-matrices':
    'A list of matrices of one shape is read as modalities. Where these are batches of one matrix, save them as one, with `torch.cat`.',
  'container-damaged':
    'The file cannot be read: the library that reads its format failed on it, or gave no answer in time. It was cut off or is damaged; write it again.',
  'hdf5-damaged':
    'The file, or the values of a dataset in it, cannot be read by the HDF5 library: it was cut off, is damaged, or keeps its values in another file, which is never read.',
  'matlab-order':
    'MATLAB stores matrices transposed in its HDF5 files. They are read as MATLAB shows them: rows are rows. Where samples are columns there, transpose the matrices before you save them.',
  'hdf5-names':
    'The file holds more groups and datasets than embeddings have. Write the arrays into one of their own.',
  'arrow-format': 'The file is no Arrow file, whatever its name says. The message says what it is.',
  'arrow-truncated':
    'The file ends before what an Arrow file ends with: it was cut off, or its writer was never closed. Close it, with `writer.close()` or a `with` block.',
  'arrow-damaged': 'The file does not hold together: it is damaged, or no Arrow file.',
  'arrow-type': 'The file has values of a kind that is not read. Save the columns with the embeddings alone.',
  'arrow-rows':
    'No column holds lists of numbers, so there are no embeddings. Rows to embed, such as images and captions, are read from Parquet.',
  'arrow-columns': 'The files of a dataset must have the same columns, of the same types.',
  'huggingface-state':
    'What the dataset says of its files cannot be used. Save it again with `save_to_disk`.',
  'huggingface-shards': 'Some of the numbered files of a split are missing.',
  'split-missing': 'The dataset has no split of that name. The message lists those that it has.',
  'split-unclear': 'The dataset has several splits, and `split` has to say which one to measure.',
  'zarr-metadata': 'What the hierarchy says of an array is damaged.',
  'zarr-empty': 'The folder or archive holds no Zarr array.',
  'zarr-files': 'The hierarchy has more files or arrays than embeddings do.',
  'zarr-chunk':
    'A chunk cannot be decompressed to the values that it should hold, or its checksum does not fit: it is damaged. Write the array again.',
  'chunks-missing':
    'Chunks of an array are not there. Zarr has its fill value in their place, which is right where nothing else was written; where writing was interrupted, it is not.',
  'tensor-format': 'Stacked items are read from `.npy`, `.npz`, `.safetensors` and `.pt`.',
  'tensor-shape': 'The first axis of stacked items is that of their rows, and no axis may be empty.',
  'tensor-order':
    'The rows of an array in column-major order lie scattered. Save it with `numpy.ascontiguousarray`.',
  'tensor-type': 'The items have values of a type that their content does not have.',
  'tensor-size': 'One item has more values than are held in memory, or none.',

  'table-origin': 'A table is named either by `path` or by `sql`.',
  'table-format': 'The files of a table must be of one kind: CSV, TSV, JSON lines or Parquet.',
  'table-empty': 'The file is empty.',
  'table-header': 'Two columns have the same name, so that neither can be named.',
  'table-unreadable':
    'The table cannot be read as what its ending says. Of CSV the message names the line: rows have as many cells as there are columns, and cells with delimiters, quotes or line breaks in them are in quotes, quotes in these doubled (RFC 4180).',
  delimiter:
    'The cells of a table are separated by another character than its ending says. Where that is wrong, `delimiter` says which.',
  'no-header':
    'The first line of a table is a row of values, and no names of columns. Where it is one of names, write them as words.',
  'decimal-commas': 'The numbers of an embedding have decimal commas, and are read as such.',
  'printed-arrays':
    'Embeddings are read from arrays as NumPy or torch print them, which leaves four to eight digits of each number and cuts long arrays. Lists (`.tolist()`) or `.npy` keep all.',
  'several-captions':
    'Cells hold lists of captions, and each caption is a row. All captions of a list are right answers to what they share in retrieval.',
  'table-sql':
    'The query is one SELECT that reads files of this machine: no other statement, and nothing on the network.',
  'table-no-rows': 'The table, or what a query selects, has no rows.',
  'column-unclear':
    'What the columns of the table hold cannot be told by their names and types. Name them in `columns`.',
  'column-content':
    'The column holds something else than its modality is made of, such as texts for a modality called image, or cannot be read as it stands. The message says what was found; `content` says what to read.',
  'columns-mixed':
    'Either every modality of a table is a column of embeddings, or every one has to be embedded.',
  'embedding-ragged': 'A row has more or fewer numbers than the first one.',
  'embedding-invalid':
    'A row has no numbers where its embedding should be. `invalidRows: skip`, or `--skip-invalid`, leaves such rows of a table out of all modalities.',
  'id-invalid': 'Ids tell rows apart: each row needs one of its own.',
  'cell-null': 'A cell that says which rows belong together is empty.',
  'relevance-modality': 'Rows that share an item can be told only for a modality that the data have.',
  'relevance-values':
    'Which rows share an item is told by a value for each row: an array of one axis, or a file with a value a line. The message says what was found instead.',

  'lines-of-numbers':
    'Every line of a text file is a vector of numbers, as `numpy.savetxt`, word2vec and GloVe write them. They are embeddings, which an encoder of texts would take for words. Save them as an array.',
  'bad-json': 'The file is no JSON, or not the kind of it that is expected.',
  'not-coco-captions': 'The file is JSON, and not in the format of COCO captions.',
  'not-karpathy-split': 'The file is JSON, and not in the format of Karpathy’s splits.',
  'unknown-split': 'No image is in that split. The message lists those that there are.',
  'not-flickr-captions':
    'The lines are not those of the files of captions of Flickr8k and Flickr30k. Other files of pairs are tables.',
  'duplicate-image': 'An image is listed twice, so that its captions cannot be told apart.',
  'not-a-folder': 'The path leads to a file where a folder is read.',
  'contents-unmatched':
    'Files of several contents belong together by their names, as `dog.jpg` and `dog.txt`, and here none do. `contents` says which to take.',
  'captions-of-several':
    '`captions: all` makes a row of each caption, which takes rows of one content beside their text. `contents` says which.',
  'prompt-without-classes':
    '`prompt` makes a text of the name of a class, and the folder is not one of class folders.',
  'no-shards': 'No file matches the path or pattern.',
  'too-many-shards': 'The pattern stands for more files than are read.',
  'tar-compressed': 'Rows of a compressed archive cannot be read in any order. Decompress it with `gunzip`.',
  'tar-corrupt': 'The file is no tar archive, or a damaged one.',
  'tar-truncated': 'The archive ends within a member: a download did not finish.',
  'tar-duplicate': 'Two members of a shard have the same name.',
  'empty-caption': 'A caption is empty. Rows like it are left out unless `--strict` is given.',
  'fasta-header': 'A line that begins with `>` names a protein, and this one names none.',
  'fasta-invalid': 'The file is no FASTA: lines with `>` and a name, each before the lines of its sequence.',
  'protein-invalid': 'A sequence has a character that stands for no amino acid.',
  'line-too-long': 'A line is longer than any text that a model embeds: the file is of another kind.',

  'image-unreadable': 'An image is not there or may not be read.',
  'image-undecodable': 'An image is damaged, or of a format that is not read.',
  'image-too-large': 'An image has more pixels than are held in memory.',
  'image-depth': 'The values of an image have more than 8 bits, in a form that `window` cannot be laid over.',
  'dicom-undecodable': 'A DICOM image is damaged.',
  'dicom-unsupported': 'A DICOM image is of a kind, or compressed in a way, that is not read.',
  'audio-unreadable': 'A sound is not there or may not be read.',
  'audio-undecodable': 'A sound is damaged.',
  'audio-format': 'Sounds are WAV, FLAC, MP3, Ogg Vorbis or Ogg Opus.',
  'audio-too-long': 'A sound has more values than are held in memory.',
  'video-unreadable': 'A video is not there or may not be read.',
  'video-undecodable': 'A video is damaged, or of a format that `ffmpeg` does not read.',
  'video-too-large': 'The pictures of a video have more pixels than are read.',
  'ffmpeg-missing': 'Videos are decoded by `ffmpeg`, which is not installed or not on the path.',

  'model-reference': 'A model is named by its folder, or as `owner/name` on the hub.',
  'model-missing': 'The file of the model is not there or may not be read.',
  'model-folder-missing': 'There is no such folder. A model of the hub is named `owner/name`.',
  'model-not-a-folder':
    'The path leads to a file. A model in an ONNX file is of the kind `onnx`; of safetensors, their folder is named.',
  'model-folder-unreadable': 'The folder of the model cannot be listed.',
  'model-folder-large': 'The folder holds more files than a model has: it is one above, or another one.',
  'model-file-missing': 'The model lacks a file that is needed. The message lists those that it has.',
  'model-not-found': 'The hub has no model of that name.',
  'model-revision': 'The model has no such branch, tag or commit.',
  'model-access': 'The hub lets only some in to the model. Ask for access and log in.',
  'model-cache-unwritable': 'The folder for models of the hub cannot be written to.',
  'model-download-damaged': 'What was downloaded is not what the hub lists, and was not kept. Try again.',
  'model-weights':
    'The folder has no file of weights that can be used for what the model is to embed. The message says what it is instead (an adapter, a folder of checkpoints, pickles, …), and what to do.',
  'model-type':
    'The safetensors of such a model cannot be loaded, or not for this modality. An ONNX export in `onnx/` can.',
  'checkpoint-file':
    'The model lacks a file that is needed for this modality. The message says what it is for.',
  'checkpoint-json': 'A file of the model is no JSON, or too long.',
  'checkpoint-config':
    'A key of a file of the model has a value that cannot be used. The message names both.',
  'checkpoint-tensors': 'The weights are not those of the architecture that the files beside them describe.',
  'checkpoint-tokenizer': 'The tokenizer cannot be read, or does not fit the model.',
  'model-unreadable': 'The file is no ONNX model, is damaged, or has more in it than is looked at.',
  'model-output':
    'The output that holds the embeddings is not there, or cannot be told. Name it as `output`.',
  'model-module':
    'A sentence model has a module that is not computed here, that does not fit the one before it, or whose weights are in a format that is not read. The message names it.',
  'model-pooling':
    '`pooling` asks for what the model does not leave open: take it away, or name another `output`.',
  'model-prompt':
    '`prompt` names one that the model does not have, or stands before something that is no text. A text that is to stand before others ends with a space or a mark.',
  'model-inputs':
    'The model takes something else than the items give: other inputs, types, axes or sizes. The message names what it takes.',
  'pixel-levels':
    'The model takes pixels as bytes, 0 to 255: it is expected to rescale and normalise them itself.',
  'quantised-model':
    'The model computes with whole numbers of 8 bits, and its embeddings are a little off. The file that was not quantised gives exact ones, and is embedded in batches.',
  'model-external-data':
    'The model keeps tensors in a file that is not in its own folder. Put the two together, under the names that they were written with.',
  'hub-address': 'HF_ENDPOINT is not the address of a hub.',
  'hub-answer':
    'What answers at the address of the hub is no hub: a proxy, or a page to log in to a network.',
  'hub-listing': 'The hub lists files that cannot be those of a model.',
  'hub-unreachable': 'The model is not on this machine and the hub cannot be reached.',
  'disk-full': 'There is no room for the model. HF_HUB_CACHE names another folder.',
};
