/** What a code means that only a run says, of its data, its models or its results, and what to do about it. */
export const runExplanations: Readonly<Record<string, string>> = {
  'zero-row':
    'A row is all zeros and has no direction, which cosines need. Mend what wrote it; `invalidRows: skip`, or `--skip-invalid`, leaves such rows out of all modalities and counts them.',
  'non-finite-row':
    'A row holds NaN or infinity, so that nothing can be computed of it. Mend what wrote it; `invalidRows: skip`, or `--skip-invalid`, leaves such rows out of all modalities and counts them.',
  'invalid-rows': 'Rows of zeros, NaN or infinity were left out of all modalities, as was asked for.',
  'row-skipped': 'A row cannot be read or lacks an item, and `--strict` refuses to leave it out.',
  'too-few-rows':
    'A cone takes two rows at least. Where rows were left out, the message says how many and why.',
  'no-modalities': 'The data hold nothing that could be a modality.',
  'one-modality':
    'A gap lies between two modalities, and the data have one. Where another was expected, the notes say what was left out; two files are measured together as `measure image.npy text.npy`.',
  'splits-as-modalities':
    'Modalities are called as parts of one dataset are, such as `train_image` and `val_image`, or the ranks of a distributed job. What lies between parts is no gap between modalities. Name the two to compare in `modalities`, or put the parts together.',
  'equal-modalities':
    'Two modalities are the same embeddings, to the bit: their gap is none and their recall 1, whatever the model. Most likely one file was saved under two names.',
  'repeated-rows':
    'Rows of a modality are equal to the bit, or made of equal content: five captions of one image give its embedding five times. Such rows are one item: in retrieval all of its partners are right answers, and none of them is mismatched. Means count every row. `repeatedRows: separate` takes every row for an item of its own.',
  'rows-not-compared':
    'There are more rows than are compared with one another, so that repeated ones were not looked for.',
  'one-point': 'All rows of a modality are equal: its cone is a point, and retrieval says nothing.',
  'sampled-rows':
    'Statistics over pairs of rows grow with their square, and come from a sample of the rows that the seed draws. Raise `pairRows` to use more.',
  'intervals-withheld':
    'Nearly all resamples move a value to the same side of it, as they lengthen a gap that is smaller than the noise of the means. An interval made of them would leave the value itself out, and none is given.',
  'not-finite':
    'A metric has no finite value for these data, and is left out of the report. The message names it.',
  'no-gap': 'The means of two modalities are the same, so that there is no direction to move them along.',
  'cached-embeddings':
    'The embeddings of equal contents by the same model, made by an earlier run, were taken from the cache. `--no-cache` embeds everything anew.',
  'cache-damaged':
    'A file of the cache of embeddings is damaged. It is removed, and what it held is embedded anew.',
  'items-truncated':
    'Texts or sounds are longer than the model takes. Their ends were cut, as the model’s own preparation does it.',
  'random-encoder':
    'The network has random weights: the report shows the cone of the architecture, not of a trained model. That is an experiment of its own; for what a model learned, name the model.',
  'default-prompt':
    'The folder of the model says which prompt stands before a text when none is named, and it was applied. `prompt: ""` takes it away.',
  'model-code':
    'The model’s folder names code of its own, which is not run. What the ONNX file and the files of the tokenizer say is done.',
  'pooling-replaced': 'The configuration names a pooling other than the one that the model’s folder says.',
  'batch-dependence':
    'The model gives an item other numbers in other batches, as quantised models and means over tokens do. Each item was embedded by itself, so that its numbers do not depend on the others.',
  'encoder-input':
    'A network that reads texts byte by byte needs a vocabulary of every byte and the marks around them.',
  'network-heads': 'The width of a transformer is divided among its heads, and has to be a multiple of them.',
  'network-patch-size':
    'An image is cut into patches of one size, so that its side has to be a multiple of it.',
  'weights-float16': 'A weight of the model is beyond what float16 can hold. Take `precision: fp32`.',
  device: 'Says which device the encoders ran on, and why none of the others did.',
  'device-not-used': 'Embeddings are read as they are: no encoder runs, and the device changes nothing.',
  'device-wrong-results':
    'A small network has other values on the device than on the CPU, so that nothing it computes could be trusted. Take another device, or update its driver.',
  'model-crashed':
    'The process that runs the model ended: mostly for lack of memory. Take a smaller batch, or another device.',
  'worker-crashed':
    'The process that measures ended: mostly for lack of memory. The editor goes on; run again with fewer rows.',

  'output-outside': 'In the editor, a run writes within the folders that are open.',
  'output-holds-current-folder': 'A run replaces its folder as a whole, and needs one of its own.',
  'output-not-a-folder': 'What is at the path of the output is no folder.',
  'output-not-empty': 'A run replaces its folder as a whole, and never one that holds anything else.',
  'output-in-use': 'Another run that is not at its end writes to the same folder.',
  'run-missing': 'The folder holds no run that can be opened.',
  'run-unfinished': 'The run is not at its end, so that it has no report.',
  'not-a-run': 'The folder holds more than a run writes, and is not deleted.',
  'report-unreadable': 'The file is no report of this program, or of a later version of it.',
  'config-invalid': 'The configuration has errors. The message lists them.',
  'embeddings-missing': 'The run’s embeddings are gone, so that its rows cannot be looked at. Run again.',
  'embeddings-changed': 'The embeddings are not those that were measured. Run again.',
  'data-changed': 'The data have fewer rows than when they were measured. Run again.',
  'row-missing': 'The run has no row of that number.',
  'too-few-dimensions': 'A plane needs embeddings of two dimensions at least.',
};
