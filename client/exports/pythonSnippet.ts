/** Parts of a program, each of which can stand in a cell of its own. */
interface Part {
  readonly heading: string;
  readonly code: string;
}

/** A Python program that loads a run: its report, and its embeddings where the run kept some. */
export function pythonScript(runFolder: string): string {
  return parts(runFolder)
    .map(({ heading, code }) => `# ${heading}\n${code}\n`)
    .join('\n');
}

/** The same as a Jupyter notebook (nbformat 4.5). */
export function pythonNotebook(runFolder: string): string {
  const cells = parts(runFolder).flatMap(({ heading, code }, index) => [
    { cell_type: 'markdown', id: `heading-${index}`, metadata: {}, source: lines(heading) },
    {
      cell_type: 'code',
      id: `code-${index}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source: lines(code),
    },
  ]);
  const notebook = {
    cells,
    metadata: {
      kernelspec: { display_name: 'Python 3', language: 'python', name: 'python3' },
      language_info: { name: 'python' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(notebook, null, 1)}\n`;
}

function parts(runFolder: string): Part[] {
  return [
    {
      heading: 'The report of the run: every value with its unit and its interval',
      code: [
        'import json',
        'from pathlib import Path',
        '',
        `run = Path(${pythonString(runFolder)})`,
        'report = json.loads((run / "report.json").read_text(encoding="utf-8"))',
        '',
        'for result in report["results"]:',
        '    if not isinstance(result["value"], list):',
        '        print(result["metric"], " > ".join(result["modalities"]), result["value"], result["unit"])',
      ].join('\n'),
    },
    {
      heading: 'The embeddings that were measured, by modality: pip install numpy',
      code: [
        'import numpy as np',
        '',
        '',
        'def read_safetensors(file):',
        '    # The length of the header in eight bytes, the header in JSON, and the numbers: a run keeps float32.',
        '    data = file.read_bytes()',
        '    start = 8 + int.from_bytes(data[:8], "little")',
        '    tensors = {}',
        '    for name, tensor in json.loads(data[8:start]).items():',
        '        if name != "__metadata__":',
        '            begin, end = tensor["data_offsets"]',
        '            values = np.frombuffer(data[start + begin : start + end], "<f4")',
        '            tensors[name] = values.reshape(tensor["shape"])',
        '    return tensors',
        '',
        '',
        'file = run / "embeddings.safetensors"',
        '# A run on embeddings that were read may keep none: they are in the files that the report names.',
        'embeddings = read_safetensors(file) if file.exists() else {}',
        'for modality in report["modalities"]:',
        '    print(modality["name"], modality["rows"], "rows from", modality["source"])',
        'unit = {',
        '    name: rows / np.linalg.norm(rows, axis=1, keepdims=True)',
        '    for name, rows in embeddings.items()',
        '}',
      ].join('\n'),
    },
    {
      heading: 'The gap between the first two modalities',
      code: [
        'if len(unit) > 1:',
        '    x, y = list(unit.values())[:2]',
        '    gap = x.mean(axis=0, dtype=np.float64) - y.mean(axis=0, dtype=np.float64)',
        '    print("gap distance", np.linalg.norm(gap))',
      ].join('\n'),
    },
  ];
}

/** A string literal of Python: JSON's escapes are among Python's. */
function pythonString(text: string): string {
  return JSON.stringify(text);
}

/** As notebooks hold a text: lines with their ends. */
function lines(text: string): string[] {
  return text.split(/(?<=\n)/);
}
