/// The page that shows a manifest and a catalog: one file without anything from elsewhere.
enum DocsPage {
  /// The page that fetches `manifest.json` and `catalog.json` from beside itself.
  static let linked = page(
    data: "Promise.all(['manifest.json', 'catalog.json'].map(n => fetch(n).then(r => r.json())))")

  /// The page that has both in itself.
  static func embedding(manifest: [UInt8], catalog: [UInt8]) -> String {
    // What closes a script must not stand in one.
    func literal(_ bytes: [UInt8]) -> String {
      String(decoding: bytes, as: UTF8.self).replacing("</", with: "<\\/")
    }
    return page(data: "Promise.resolve([\(literal(manifest)), \(literal(catalog))])")
  }

  private static func page(data: String) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Documentation</title>
    <style>
    \(style)
    </style>
    </head>
    <body>
    <nav><input id="search" type="search" placeholder="Search" aria-label="Search"><div id="list"></div></nav>
    <main id="main"></main>
    <script>
    \(data).then(\(script)).catch(error => {
      document.getElementById('main').textContent =
        'manifest.json and catalog.json cannot be read: open this page through a web server, or use static_index.html. ' + error
    })
    </script>
    </body>
    </html>

    """
  }

  private static let style = """
    body { margin: 0; display: flex; font: 15px/1.5 system-ui, sans-serif; color: #222; }
    nav { width: 20rem; height: 100vh; overflow: auto; position: sticky; top: 0; background: #f5f5f2; padding: 1rem; box-sizing: border-box; }
    nav input { width: 100%; box-sizing: border-box; padding: .4rem; }
    nav h2 { font-size: .8rem; text-transform: uppercase; color: #777; margin: 1rem 0 .3rem; }
    nav a { display: block; color: #222; text-decoration: none; overflow: hidden; text-overflow: ellipsis; }
    nav a:hover { text-decoration: underline; }
    main { flex: 1; padding: 1.5rem 2rem; min-width: 0; }
    table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
    th, td { text-align: left; vertical-align: top; border-bottom: 1px solid #ddd; padding: .3rem .6rem; }
    pre { background: #f5f5f2; padding: 1rem; overflow: auto; }
    .kind { color: #777; }
    """

  private static let script = """
    ([manifest, catalog]) => {
      const nodes = {...manifest.nodes, ...manifest.sources, ...manifest.exposures, ...manifest.unit_tests}
      const found = {...catalog.nodes, ...catalog.sources}
      const make = (tag, text, ...children) => {
        const element = document.createElement(tag)
        if (text != null) element.textContent = text
        element.append(...children)
        return element
      }
      const link = id => { const a = make('a', nodes[id] ? label(nodes[id]) : id); a.href = '#' + id; return a }
      const label = node => node.source_name ? node.source_name + '.' + node.name : node.name
      const section = (title, child) => [make('h3', title), child]
      const code = text => make('pre', text)
      const row = (tag, cells) => make('tr', null, ...cells.map(c => c instanceof Node ? make(tag, null, c) : make(tag, c)))
      function list() {
        const wanted = document.getElementById('search').value.toLowerCase()
        const groups = {}
        for (const [id, node] of Object.entries(nodes)) {
          const text = (label(node) + ' ' + (node.description || '') + ' ' + Object.keys(node.columns || {}).join(' ')).toLowerCase()
          if (text.includes(wanted)) (groups[node.resource_type] ||= []).push(id)
        }
        document.getElementById('list').replaceChildren(...['model', 'seed', 'source', 'exposure', 'test', 'unit_test']
          .filter(kind => groups[kind]).flatMap(kind => [make('h2', kind + 's'),
            ...groups[kind].sort((a, b) => label(nodes[a]).localeCompare(label(nodes[b]))).map(link)]))
      }
      function show() {
        const id = decodeURIComponent(location.hash.slice(1))
        const node = nodes[id]
        const main = document.getElementById('main')
        if (!node) {
          main.replaceChildren(make('h1', manifest.metadata.project_name),
            make('p', Object.keys(nodes).length + ' nodes, as of ' + manifest.metadata.generated_at))
          return
        }
        const actual = found[id] ? found[id].columns : {}
        const names = [...new Set([...Object.keys(node.columns || {}), ...Object.keys(actual)])]
          .sort((a, b) => (actual[a]?.index ?? 1e9) - (actual[b]?.index ?? 1e9))
        const stats = Object.values(found[id]?.stats || {}).filter(s => s.include)
        const links = ids => make('p', null, ...(ids || []).flatMap(i => [link(i), ' ']))
        const parts = [make('h1', label(node)),
          make('p', [node.resource_type, node.config?.materialized, node.relation_name].filter(Boolean).join(' · ')),
          make('p', node.description || '')]
        if (stats.length) parts.push(make('p', stats.map(s => s.label + ': ' + s.value).join(', ')))
        if (names.length) parts.push(...section('Columns', make('table', null, row('th', ['Column', 'Type', 'Description']),
          ...names.map(n => row('td', [n, actual[n]?.type || node.columns?.[n]?.data_type || '', node.columns?.[n]?.description || ''])))))
        parts.push(...section('Depends on', links(manifest.parent_map[id])), ...section('Referenced by', links(manifest.child_map[id])))
        if (node.raw_code) parts.push(...section('Code', code(node.raw_code)))
        if (node.compiled_code) parts.push(...section('Compiled', code(node.compiled_code)))
        main.replaceChildren(...parts)
        window.scrollTo(0, 0)
      }
      document.title = manifest.metadata.project_name
      document.getElementById('search').addEventListener('input', list)
      window.addEventListener('hashchange', show)
      list()
      show()
    }
    """
}
