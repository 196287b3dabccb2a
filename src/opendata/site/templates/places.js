// Search, filters, pages and the map. Without this script every row is simply there.
(function () {
  var body = document.getElementById('places');
  if (!body) { return; }
  var get = function (id) { return document.getElementById(id); };
  var query = get('q'), category = get('cat'), departement = get('dep'), length = get('len');
  var map = get('map'), here = get('here'), note = get('spot');
  var kinds = [get('k0'), get('k1'), get('k2')];
  var page = 0, shown = [], matched = [];

  function fold(text) {
    return text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/[\u2019]/g, "'")
      .replace(/\s+/g, ' ').toLowerCase();
  }
  var rows = Array.prototype.map.call(body.rows, function (node) {
    var mark = node.getAttribute('data-m');
    return {
      node: node,
      text: fold(node.textContent),
      codes: ' ' + (node.getAttribute('data-c') || '') + ' ',
      departement: node.getAttribute('data-d') || '',
      mark: mark ? mark.split(' ').map(Number) : null
    };
  });

  function size() { return Number(length.value) || Math.max(matched.length, 1); }
  function show() {
    var pages = Math.max(Math.ceil(matched.length / size()), 1);
    page = Math.min(Math.max(page, 0), pages - 1);
    shown.forEach(function (row) { row.node.classList.remove('on'); });
    shown = matched.slice(page * size(), (page + 1) * size());
    shown.forEach(function (row) { row.node.classList.add('on'); });
    get('prev').disabled = page === 0;
    get('next').disabled = page === pages - 1;
    get('none').hidden = matched.length > 0;
    say(get('found-fr'), matched.length.toLocaleString('fr'));
    say(get('found-en'), matched.length.toLocaleString('en'));
    Array.prototype.forEach.call(document.querySelectorAll('.page'), function (node) {
      say(node, String(page + 1));
    });
    Array.prototype.forEach.call(document.querySelectorAll('.pages'), function (node) {
      say(node, String(pages));
    });
  }
  function say(node, text) { if (node.textContent !== text) { node.textContent = text; } }
  function draw() {
    if (!map) { return; }
    kinds.forEach(function (path, kind) {
      path.setAttribute('d', matched.filter(function (row) {
        return row.mark && row.mark[2] === kind;
      }).map(function (row) {
        return 'M' + row.mark[0] + ' ' + row.mark[1] + 'h0';
      }).join(''));
    });
    here.setAttribute('r', 0);
  }
  function filter() {
    var words = fold(query.value).split(' ').filter(Boolean);
    matched = rows.filter(function (row) {
      return (!category.value || row.codes.indexOf(' ' + category.value + ' ') >= 0) &&
        (!departement.value || row.departement === departement.value) &&
        words.every(function (word) { return row.text.indexOf(word) >= 0; });
    });
    page = 0;
    show();
    draw();
  }
  function goTo(name) {
    var row = rows.find(function (one) { return name && one.node.id === name; });
    if (!row) { return; }
    if (matched.indexOf(row) < 0) {
      query.value = category.value = departement.value = '';
      filter();
    }
    page = Math.floor(matched.indexOf(row) / size());
    show();
    rows.forEach(function (one) { one.node.classList.toggle('hit', one === row); });
    row.node.scrollIntoView({ block: 'center' });
  }
  function nearest(event) {
    var box = map.getBoundingClientRect(), scale = map.viewBox.baseVal.width / box.width;
    var x = (event.clientX - box.left) * scale, y = (event.clientY - box.top) * scale;
    var best = null, reach = 144;
    matched.forEach(function (row) {
      if (!row.mark) { return; }
      var dx = row.mark[0] - x, dy = row.mark[1] - y, distance = dx * dx + dy * dy;
      if (distance < reach) { reach = distance; best = row; }
    });
    return best;
  }
  function fromHash() { goTo(location.hash.replace(/^#(?:(?:fr|en):)?/, '')); }

  var waiting = 0;
  query.addEventListener('input', function () {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 90);
  });
  [category, departement].forEach(function (node) { node.addEventListener('change', filter); });
  length.addEventListener('change', function () { page = 0; show(); });
  get('prev').addEventListener('click', function () { page -= 1; show(); });
  get('next').addEventListener('click', function () { page += 1; show(); });
  window.addEventListener('hashchange', fromHash);
  if (map) {
    map.addEventListener('pointermove', function (event) {
      var row = nearest(event);
      map.style.cursor = row ? 'pointer' : '';
      here.setAttribute('r', row ? 7 : 0);
      if (!row) { return; }
      here.setAttribute('cx', row.mark[0]);
      here.setAttribute('cy', row.mark[1]);
      note.textContent = row.node.getAttribute('data-n');
    });
    map.addEventListener('click', function (event) {
      var row = nearest(event);
      if (row) { goTo(row.node.id); }
    });
  }
  filter();
  fromHash();
})();
