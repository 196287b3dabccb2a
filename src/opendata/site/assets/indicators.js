// The indicators: choices, map, legend and table, all made from window.opendata.indicateurs.
// Texts of the data only ever become text nodes. Colours are in the style sheet, by class.
(function () {
  'use strict';
  var root = document.documentElement, stage = document.getElementById('indicators');
  var data = (window.opendata || {}).indicateurs;
  if (!stage) { return; }
  var get = function (id) { return document.getElementById(id); };
  var names = data ? Object.keys(data.levels) : [];
  if (!names.length) { get('unread').hidden = false; return; }

  var still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  var state = { level: '', measure: '', category: '', area: '' };
  var order = { by: 'value', down: true }, page = 0, found = [], drawn = null, map = null, placed = false, tip = null;

  // ---- words ------------------------------------------------------------------------------

  function english() { return root.lang === 'en'; }
  function t(fr, en) { return english() ? en : fr; }
  function of(pair) { return pair[english() ? 1 : 0]; }
  function spaced(text) {
    text = text.replace(/(\d) (?=km|000)/g, '$1\u00a0');
    return english() ? text : text.replace(/ (?=[:;?!»%])/g, '\u00a0').replace(/« /g, '«\u00a0');
  }
  function make(tag, text, className) {
    var node = document.createElement(tag);
    if (text !== undefined) { node.textContent = text; }
    if (className) { node.className = className; }
    return node;
  }
  function fill(node, children) {
    node.textContent = '';
    children.forEach(function (child) { if (child) { node.appendChild(child); } });
  }
  function say(node, text) { if (node.textContent !== text) { node.textContent = text; } }
  function fold(text) {
    return text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/[\u2019-]/g, ' ')
      .replace(/'/g, ' ').replace(/\s+/g, ' ').toLowerCase();
  }
  function number(value, decimals) {
    return value.toLocaleString(english() ? 'en' : 'fr', {
      minimumFractionDigits: decimals, maximumFractionDigits: decimals
    });
  }
  function shown(value, measure) {
    if (value === null || value === undefined) { return '–'; }
    if (measure.type === 'boolean') { return value ? t('oui', 'yes') : t('non', 'no'); }
    return number(value, measure.decimals) + unit(measure);
  }
  function unit(measure) {
    var name = of(measure.unit);
    return name === '%' ? t('\u00a0%', '%') : name.length <= 2 && name ? '\u00a0' + name : '';
  }

  // ---- data -------------------------------------------------------------------------------

  function level() { return data.levels[state.level]; }
  function measureOf(name) {
    return level().measures.find(function (one) { return one.name === name; });
  }
  function category() {
    return data.categories.find(function (one) { return one.value === state.category; });
  }
  function words(text, term) {
    return text.replace(/\{(column|value|fr|en)\}/g, function (all, key) { return term[key]; });
  }
  // A measure as it is for the category chosen, if it exists by category.
  function chosen(measure) {
    var term = category();
    if (!term || !measure.each) { return measure; }
    return {
      name: words(measure.each.name, term), type: measure.each.type, unit: measure.each.unit,
      decimals: measure.each.decimals, all: measure,
      title: measure.each.title.map(function (text) { return words(text, term); }),
      description: measure.each.description.map(function (text) { return words(text, term); })
    };
  }
  function column(name) {
    var values = level().values, packed = values[name];
    if (!packed || Array.isArray(packed)) { return packed || []; }
    var whole = level().code.map(function () { return packed.most; }), at = -1;
    packed.steps.forEach(function (step, place) { at += step; whole[at] = packed.others[place]; });
    values[name] = whole;
    return whole;
  }

  // Five classes of about as many areas each, between bounds that can be read; zero apart, but
  // for distances, where it is only the shortest. Few distinct values are a class each.
  function classify(values, measure) {
    var known = values.filter(function (one) { return one !== null; }).sort(function (a, b) { return a - b; });
    var bare = values.length - known.length, apart = of(measure.unit) !== 'km' && measure.type !== 'boolean';
    var zeros = apart ? known.filter(function (one) { return one === 0; }).length : 0;
    var rest = known.slice(zeros), bounds;
    // Under fifteen areas, five classes would be one or two areas each.
    bounds = readable(rest, rest.length < 15 ? Math.max(3, Math.floor(rest.length / 3)) : 5, measure.decimals);
    var list = [], edges = [rest[0]].concat(bounds), tones = edges.length;
    if (rest.length) {
      edges.forEach(function (low, place) {
        var inside = rest.filter(function (one) { return rank(one, bounds) === place; });
        list.push({
          tone: measure.type === 'boolean' ? 1 + 4 * low : tones === 1 ? 4 : 1 + Math.round(place * 4 / (tones - 1)), count: inside.length,
          first: place === 0, last: place === tones - 1, low: low, high: inside[inside.length - 1],
          next: edges[place + 1], single: inside[0] === inside[inside.length - 1]
        });
      });
    }
    return {
      list: list, zeros: zeros, bare: bare, least: known[0], most: known[known.length - 1] || 0,
      tone: function (value) {
        if (value === null || value === undefined) { return 'void'; }
        return apart && value === 0 ? 0 : list[rank(value, bounds)].tone;
      }
    };
  }
  function rank(value, bounds) {
    var place = 0;
    while (place < bounds.length && value >= bounds[place]) { place += 1; }
    return place;
  }
  // The values at which a new class starts. Few distinct values are a class each; a value that
  // would fill a class alone (the lowest: one place; the highest: 100 %) is one.
  function readable(sorted, parts, decimals) {
    var low = sorted[0], top = sorted[sorted.length - 1];
    var distinct = sorted.filter(function (one, place) { return place === 0 || one !== sorted[place - 1]; });
    if (distinct.length <= parts) { return distinct.slice(1); }
    if (parts < 2) { return []; }
    var above = sorted.filter(function (one) { return one > low; }), below = sorted.filter(function (one) { return one < top; });
    if ((sorted.length - above.length) * parts >= sorted.length) {
      return [above[0]].concat(readable(above, parts - 1, decimals));
    }
    if ((sorted.length - below.length) * parts >= sorted.length) {
      return readable(below, parts - 1, decimals).concat(top);
    }
    return cut(sorted, parts, decimals);
  }
  function cut(sorted, parts, decimals) {
    var targets = [];
    for (var part = 1; part < parts; part += 1) { targets.push(sorted[Math.round(part * sorted.length / parts)]); }
    function rising(list) {
      return list.filter(function (one, place) {
        return one > sorted[0] && one <= sorted[sorted.length - 1] && (place === 0 || one > list[place - 1]);
      });
    }
    for (var digits = 1; digits <= 3; digits += 1) {
      var bounds = rising(targets.map(function (one) { return rounded(one, digits, decimals); }));
      var counts = targets.concat(0).map(function () { return 0; });
      sorted.forEach(function (one) { counts[rank(one, bounds)] += 1; });
      // The fewest digits that leave no class under about half of its due.
      if (bounds.length === targets.length && Math.min.apply(null, counts) * 1.8 * parts >= sorted.length) { return bounds; }
    }
    return rising(targets);
  }
  function rounded(value, digits, decimals) {
    var finest = Math.min(decimals, digits - 1 - Math.floor(Math.log10(Math.abs(value) || 1)));
    return Number((Math.round(value * Math.pow(10, finest)) / Math.pow(10, finest)).toFixed(decimals));
  }
  function rangeOf(one, measure) {
    function few(value) { return number(value, value === Math.round(value) ? 0 : measure.decimals); }
    if (measure.type === 'boolean') { return one.low ? t('Oui', 'Yes') : t('Non', 'No'); }
    if (one.single && (measure.decimals === 0 || one.last)) { return few(one.high) + unit(measure); }
    if (measure.decimals === 0) {
      return number(one.low, 0) + t(' à ', ' to ') + number(one.last ? one.high : one.next - 1, 0);
    }
    if (one.first && one.last) { return few(one.low) + t(' à ', ' to ') + few(one.high) + unit(measure); }
    if (one.first) { return t('moins de ', 'under ') + few(one.next) + unit(measure); }
    if (one.last) { return few(one.low) + t(' à ', ' to ') + few(one.high) + unit(measure); }
    return few(one.low) + t(' à moins de ', ' to under ') + few(one.next) + unit(measure);
  }

  // ---- the address: #niveau=…&indicateur=…, after the language when it is there -------------

  var keys = { niveau: 'level', indicateur: 'measure', categorie: 'category', lieu: 'area' };
  function read() {
    var text = location.hash.replace(/^#(?:(?:fr|en)(?::|$))?/, ''), asked = {};
    if (text.indexOf('=') < 0) { return false; }
    text.split('&').forEach(function (pair) {
      var at = pair.indexOf('='), key = keys[pair.slice(0, at)];
      try { if (key) { asked[key] = decodeURIComponent(pair.slice(at + 1)); } } catch (odd) { return; }
    });
    state = { level: asked.level || state.level, measure: asked.measure || state.measure, category: asked.category || '', area: asked.area || '' };
    return true;
  }
  function write() {
    var text = Object.keys(keys).filter(function (key) { return state[keys[key]]; }).map(function (key) {
      return key + '=' + encodeURIComponent(state[keys[key]]);
    }).join('&');
    try {
      history.replaceState(null, '', location.pathname + location.search + '#' + (english() ? 'en:' : '') + text);
    } catch (refused) { return; }
  }
  // Whatever was asked, a state that exists.
  function settle() {
    if (!Object.prototype.hasOwnProperty.call(data.levels, state.level)) {
      state.level = names.find(function (name) { return data.levels[name].code.length >= 20; }) || names[names.length - 1];
    }
    if (!measureOf(state.measure)) {
      state.measure = (level().measures.find(function (one) { return one.each && one.type === 'number'; }) || level().measures[0]).name;
    }
    if (!category() || !measureOf(state.measure).each) { state.category = ''; }
    if (level().code.indexOf(state.area) < 0) { state.area = ''; }
  }

  // ---- choices ----------------------------------------------------------------------------

  // Written again only when their words change: what has the focus keeps it.
  var wordsOf = '';
  function choices() {
    var wanted = root.lang + ' ' + state.level;
    if (wanted !== wordsOf) {
      if (wanted.slice(0, 2) !== wordsOf.slice(0, 2)) { levels(); options(); }
      measures();
      wordsOf = wanted;
    }
    Array.prototype.forEach.call(get('levels').querySelectorAll('input'), function (input) {
      input.checked = input.value === state.level;
    });
    get('measure').value = state.measure;
    get('category').value = state.category;
    get('category').disabled = !measureOf(state.measure).each;
  }
  function levels() {
    fill(get('levels'), names.map(function (name) {
      var label = make('label'), input = make('input'), one = data.levels[name];
      input.type = 'radio'; input.name = 'level'; input.value = name;
      input.addEventListener('change', function () { change({ level: name, area: '' }); });
      label.appendChild(input);
      label.appendChild(make('span', t(one.area.fr, one.area.en)));
      label.appendChild(make('small', ' ' + number(one.code.length, 0), 'soft num'));
      return label;
    }));
  }
  function measures() {
    var groups = [
      [t('Par catégorie de lieux', 'By category of places'), function (one) { return one.each; }],
      [t('Toutes catégories', 'All categories'), function (one) { return !one.each && !one.context; }],
      [t('Le territoire', 'The area'), function (one) { return one.context; }]
    ];
    fill(get('measure'), groups.map(function (group) {
      var node = make('optgroup');
      node.label = group[0];
      level().measures.filter(group[1]).forEach(function (one) { node.appendChild(option(one.name, spaced(of(one.title)))); });
      return node.childNodes.length ? node : null;
    }));
  }
  function options() {
    fill(get('category'), [option('', t('Toutes', 'All'))].concat(data.categories.map(function (one) {
      return option(one.value, t(one.fr, one.en));
    })));
  }
  function option(value, text) {
    var node = make('option', text);
    node.value = value;
    return node;
  }
  function change(wanted) {
    var before = state.level;
    Object.keys(wanted).forEach(function (key) { state[key] = wanted[key]; });
    settle();
    if (state.level !== before) { get('find').value = ''; order = { by: 'value', down: true }; }
    page = 0;
    write();
    refresh(state.level !== before);
  }

  // ---- map --------------------------------------------------------------------------------

  function outline(polygons) {
    return polygons.map(function (rings) {
      return rings.map(function (ring) {
        var x = 0, y = 0, points = [];
        for (var at = 0; at < ring.length; at += 2) {
          x += ring[at]; y += ring[at + 1];
          points.push([y * data.grid, x * data.grid]);
        }
        return points;
      });
    });
  }
  function drawable(one) { return one.shapes.length > 0 || one.points.length > 0; }
  function prepare() {
    if (!window.L || !names.some(function (name) { return drawable(data.levels[name]); })) { get('plan').hidden = true; return; }
    map = L.map('map', {
      renderer: L.svg({ padding: 0.5 }), zoomControl: false, attributionControl: false, scrollWheelZoom: false,
      zoomSnap: 0.25, zoomDelta: 0.75, maxZoom: 13, zoomAnimation: !still, fadeAnimation: false, inertia: !still
    });
    tip = L.tooltip({ direction: 'top', offset: [0, -6], className: 'hint' });
    get('closer').addEventListener('click', function () { map.zoomIn(); });
    get('wider').addEventListener('click', function () { map.zoomOut(); });
    get('all-of-it').addEventListener('click', home);
    map.on('keydown', function (event) { if (event.originalEvent.key === 'Escape') { leave(); } });
    // A finger scrolls the page, until the map is larger than its frame.
    if (window.matchMedia('(pointer: coarse)').matches) {
      map.dragging.disable();
      map.on('zoomend', function () {
        map.dragging[drawn && map.getZoom() > drawn.zoom + 0.2 ? 'enable' : 'disable']();
      });
    }
    var view = null;
    window.addEventListener('beforeprint', function () {
      if (!drawn) { return; }
      view = { centre: map.getCenter(), zoom: map.getZoom() };
      var seen = map.getZoom() > drawn.zoom ? map.getBounds() : bounds();
      get('map').classList.add('paper');
      map.invalidateSize({ animate: false });
      map.fitBounds(seen, { animate: false });
    });
    window.addEventListener('afterprint', function () {
      if (!view) { return; }
      get('map').classList.remove('paper');
      map.invalidateSize({ animate: false });
      map.setView(view.centre, view.zoom, { animate: false });
      view = null;
    });
  }
  function bounds() {
    var view = data.views[0];
    if (view) { return L.latLngBounds([view.bounds[1], view.bounds[0]], [view.bounds[3], view.bounds[2]]).pad(0.04); }
    // Room for the circles, which are wider than their points.
    return drawn.group.getBounds().pad(level().shapes.length ? 0 : 0.07);
  }
  function home(now) {
    if (!drawn) { return; }
    map.fitBounds(bounds(), { padding: [10, 10], animate: now !== true && !still });
  }
  function build() {
    if (!map) { return; }
    if (drawn) { map.removeLayer(drawn.group); drawn.border.forEach(function (one) { map.removeLayer(one); }); drawn = null; }
    leave();
    var one = level(), can = drawable(one);
    get('plan').hidden = !can;
    if (!can) { return; }
    if (!placed) { map.setView([46.6, 2.4], 6, { animate: false }); placed = true; }
    map.invalidateSize({ animate: false });
    var layers = [];
    one.code.forEach(function (code, place) {
      var shape = one.shapes.length && one.shapes[place], point = one.points.length && one.points[place], layer = null;
      if (shape) {
        layer = L.polygon(outline(shape), { className: 'area', weight: 1, smoothFactor: 0.4 });
      } else if (point) {
        layer = L.circleMarker([point[1] * data.grid, point[0] * data.grid], { className: 'area', weight: 1, radius: 5 });
        layer.round = true;
      }
      if (layer) { layer.place = place; layers.push(layer); }
    });
    drawn = { group: L.featureGroup(layers), layers: [], border: [], zoom: 0 };
    layers.forEach(function (layer) { drawn.layers[layer.place] = layer; });
    drawn.group.addTo(map);
    var frame = state.level !== 'departements' && one.shapes.length && data.levels.departements;
    if (frame) {
      drawn.border = frame.shapes.filter(Boolean).map(function (shape) {
        return L.polygon(outline(shape), { className: 'border', interactive: false, smoothFactor: 0.4 }).addTo(map);
      });
    }
    drawn.group.on('mouseover mousemove', function (event) { hover(event.propagatedFrom || event.layer, event.latlng); });
    drawn.group.on('mouseout', leave);
    drawn.group.on('click', function (event) {
      pick(level().code[(event.propagatedFrom || event.layer).place], 'map');
    });
    home(true);
    drawn.zoom = map.getZoom();
    map.setMinZoom(drawn.zoom - 1.5);
  }
  function paint(scale, values) {
    if (!drawn) { return; }
    var many = drawn.layers.filter(function (layer) { return layer && layer.round && values[layer.place] > 0; }).length;
    var widest = Math.max(4.5, Math.min(24, 250 / Math.sqrt(many || 1))), alone = level().shapes.length === 0;
    drawn.scale = scale;
    // Small circles over large ones, and those of nothing under all others.
    var height = function (layer) { return values[layer.place] > 0 ? values[layer.place] : Infinity; };
    Object.keys(drawn.layers).map(function (place) { return drawn.layers[place]; }).sort(function (a, b) {
      return height(a) === height(b) ? 0 : height(b) - height(a);
    }).forEach(function (layer) {
      var node = layer.getElement(), value = values[layer.place], tone = scale.tone(value);
      if (layer.round) {
        layer.setRadius(!alone ? 5.5 : value > 0 && scale.most ? Math.max(2.2, widest * Math.sqrt(value / scale.most)) : 2);
        layer.bringToFront();
      }
      if (node) { node.setAttribute('class', 'leaflet-interactive area tone-' + tone + (layer.round ? ' round' : '')); }
    });
    mark();
  }
  function mark() {
    if (!drawn) { return; }
    var chosenPlace = level().code.indexOf(state.area);
    Object.keys(drawn.layers).forEach(function (place) {
      var node = drawn.layers[place].getElement();
      if (node) { node.classList.toggle('picked', Number(place) === chosenPlace); }
    });
    drawn.border.forEach(function (one) { one.bringToFront(); });
    var layer = drawn.layers[chosenPlace];
    if (layer) { layer.bringToFront(); }
  }
  function hover(layer, latlng) {
    var measure = chosen(measureOf(state.measure)), box = make('div');
    box.appendChild(make('b', level().nom[layer.place]));
    box.appendChild(make('span', shown(column(measure.name)[layer.place], measure)));
    tip.setContent(box).setLatLng(latlng);
    if (!map.hasLayer(tip)) { tip.addTo(map); }
    if (drawn.over !== layer) {
      if (drawn.over && drawn.over.getElement()) { drawn.over.getElement().classList.remove('over'); }
      layer.getElement().classList.add('over');
      drawn.over = layer;
    }
  }
  function leave() {
    if (tip) { tip.remove(); }
    if (drawn && drawn.over) { if (drawn.over.getElement()) { drawn.over.getElement().classList.remove('over'); } drawn.over = null; }
  }
  function views() {
    fill(get('views'), map && drawn ? data.views.map(function (view) {
      var node = make('button', t(view.fr, view.en));
      node.type = 'button';
      node.addEventListener('click', function () {
        map.fitBounds([[view.bounds[1] - 0.1, view.bounds[0] - 0.1], [view.bounds[3] + 0.1, view.bounds[2] + 0.1]], { animate: !still, maxZoom: 10 });
      });
      return node;
    }) : []);
  }

  // ---- legend, detail, definition ----------------------------------------------------------

  function legend(scale, measure) {
    function line(tone, text, count) {
      var item = make('li'), swatch = make('i', '', 'swatch tone-' + tone);
      swatch.setAttribute('aria-hidden', 'true');
      item.appendChild(swatch);
      item.appendChild(make('span', text + ' '));
      item.appendChild(make('span', number(count, 0), 'soft num many'));
      return item;
    }
    fill(get('legend'), [scale.zeros ? line(0, number(0, 0) + unit(measure), scale.zeros) : null].concat(
      scale.list.map(function (one) { return line(one.tone, rangeOf(one, measure), one.count); }),
      [scale.bare ? line('void', t('sans valeur', 'no value'), scale.bare) : null]
    ));
    get('legend').classList.toggle('rounds', Boolean(map) && !level().shapes.length);
    say(get('shown'), spaced(of(measure.title)));
    say(get('shown-for'), spaced(of([level().area.fr, level().area.en]) + ' · ' + t('nombre de territoires par classe', 'number of areas per class')));
    if (map) { get('map').setAttribute('role', 'application'); get('map').setAttribute('aria-label', spaced(t('Carte : ', 'Map: ') + of(measure.title) + t('. Le tableau qui suit dit la même chose.', '. The table below says the same.'))); }
  }
  function detail() {
    var place = level().code.indexOf(state.area), box = get('spot');
    if (place < 0) {
      fill(box, [make('p', map && drawn
        ? t('Cliquez un territoire, ou choisissez-le dans le tableau, pour lire tous ses chiffres.', 'Click an area, or choose it in the table, to read all its figures.')
        : t('Choisissez un territoire dans le tableau pour lire tous ses chiffres.', 'Choose an area in the table to read all its figures.'), 'small soft')]);
      return;
    }
    var list = make('dl'), within = level().places[level().place[place]], term = category();
    level().measures.forEach(function (one) {
      var wanted = one.each || one.name === 'population' || (!term && (!one.context || one.name === state.measure));
      if (!wanted) { return; }
      var measure = chosen(one);
      list.appendChild(make('dt', spaced(of(one.title))));
      list.appendChild(make('dd', shown(column(measure.name)[place], measure), one.name === state.measure ? 'num now' : 'num'));
    });
    var buttons = make('p', undefined, 'twins');
    var find = make('button', t('Sa ligne', 'Its row')), clear = make('button', t('Fermer', 'Close'));
    [find, clear].forEach(function (node) { node.type = 'button'; buttons.appendChild(node); });
    find.addEventListener('click', function () { reach(state.area); });
    clear.addEventListener('click', function () { pick('', ''); box.focus(); });
    fill(box, [make('h4', level().nom[place]), make('p', [within, level().code[place]].filter(Boolean).join(' · '), 'small soft'),
      term ? make('p', t(term.fr, term.en), 'small') : null, list, buttons]);
  }
  function meaning(measure) {
    var head = make('p'), lines = [head];
    head.appendChild(make('b', spaced(of(measure.title))));
    head.appendChild(document.createTextNode(' '));
    head.appendChild(make('code', measure.name));
    if (of(measure.unit)) { head.appendChild(make('span', t(', en ', ', in ') + of(measure.unit), 'soft')); }
    lines.push(make('p', spaced(of(measure.description))));
    if (measure.all) {
      var base = make('p', undefined, 'small soft');
      base.appendChild(make('code', measure.all.name));
      base.appendChild(document.createTextNode(t('\u00a0: ', ': ') + spaced(of(measure.all.description))));
      lines.push(base);
    }
    if (measure.type === 'integer' && measure.name !== 'population') {
      lines.push(make('p', t('Un nombre croît avec la taille du territoire : pour comparer, préférez un rapport à la population.', 'A number grows with the size of the area: to compare, prefer a ratio to population.'), 'small soft'));
      lines[lines.length - 1].textContent = spaced(lines[lines.length - 1].textContent);
    }
    fill(get('meaning'), lines);
    note();
  }
  // What the map lacks, and the command that brings it.
  function note() {
    var one = level(), parts = [], lost = 0, dots = one.points.filter(Boolean).length;
    one.code.forEach(function (code, place) { if (!one.shapes[place] && !one.points[place]) { lost += 1; } });
    var full = one.shapes.length && !dots && !lost;
    if (!map || full) { get('drawn').hidden = true; return; }
    if (!drawable(one)) {
      parts.push(t('Ni contour ni position ne sont connus pour ces territoires : il n’y a que le tableau.', 'Neither outline nor position is known for these areas: there is only the table.'));
    } else if (!one.shapes.length) {
      parts.push(state.level === 'communes'
        ? t('Les contours des communes ne sont pas connus ici : chacune est un cercle, en son centre, dont la surface suit la valeur.', 'The outlines of communes are not known here: each is a circle at its centre, whose surface follows the value.')
        : t('Les contours ne sont pas tous connus ici : chaque territoire est un cercle, au centre de sa plus grande commune, dont la surface suit la valeur.', 'Not all outlines are known here: each area is a circle at the centre of its largest commune, whose surface follows the value.'));
    } else if (dots) {
      parts.push(number(dots, 0) + (dots > 1
        ? t(' territoires dont le contour est inconnu sont des ronds.', ' areas whose outline is unknown are dots.')
        : t(' territoire dont le contour est inconnu est un rond.', ' area whose outline is unknown is a dot.')));
    }
    if (lost && drawable(one)) {
      parts.push(number(lost, 0) + (lost > 1
        ? t(' territoires sans position ne sont que dans le tableau.', ' areas without a position are in the table only.')
        : t(' territoire sans position n’est que dans le tableau.', ' area without a position is in the table only.')));
    }
    fill(get('drawn'), [document.createTextNode(spaced(parts.join(' ')))]);
    get('drawn').hidden = false;
  }

  // ---- table ------------------------------------------------------------------------------

  function columns() {
    var list = level().measures.filter(function (one) { return one.each || one.name === state.measure || one.name === 'population'; });
    return list.map(function (one) { return { measure: chosen(one), title: of(one.title), now: one.name === state.measure }; });
  }
  function sort() {
    var wanted = fold(get('find').value).split(' ').filter(Boolean), one = level();
    if (!one.folded) {
      one.folded = one.nom.map(function (name, place) { return fold(name + ' ' + one.code[place] + ' ' + one.places[one.place[place]]); });
    }
    var by = order.by === 'value' ? column(chosen(measureOf(state.measure)).name) : order.by === 'nom' ? null : column(order.by);
    var compare = new Intl.Collator('fr').compare, sign = order.down ? -1 : 1;
    found = one.code.map(function (code, place) { return place; }).filter(function (place) {
      return wanted.every(function (word) { return one.folded[place].indexOf(word) >= 0; });
    });
    if (!by && !one.rank) {
      one.rank = [];
      one.nom.map(function (name, place) { return place; }).sort(function (a, b) { return compare(one.nom[a], one.nom[b]); })
        .forEach(function (place, at) { one.rank[place] = at; });
    }
    found.sort(function (a, b) {
      if (!by) { return sign * (one.rank[a] - one.rank[b]); }
      var x = by[a], y = by[b], none = function (value) { return value === null || value === undefined; };
      if (none(x) || none(y)) { return none(x) - none(y); }
      return sign * (x - y) || a - b;
    });
  }
  function size() {
    return level().code.length <= 30 ? level().code.length : Number(get('length').value) || Math.max(found.length, 1);
  }
  function head() {
    function cell(key, text, now, right) {
      var node = make('th', undefined, right ? 'r' + (now ? '' : ' extra') : ''), button = make('button', spaced(text), 'sort');
      node.scope = 'col';
      button.type = 'button';
      var sorted = order.by === key || (order.by === 'value' && now);
      if (sorted) { node.setAttribute('aria-sort', order.down ? 'descending' : 'ascending'); }
      button.addEventListener('click', function () {
        order = { by: key, down: sorted ? !order.down : key !== 'nom' };
        page = 0;
        rows();
        var again = Array.prototype.find.call(get('areas').tHead.rows[0].cells, function (one) { return one.key === key; });
        if (again) { again.firstChild.focus(); }
      });
      node.appendChild(button);
      node.key = key;
      return node;
    }
    fill(get('areas').tHead.rows[0], [cell('nom', of([level().area.fr, level().area.en]), false, false)].concat(columns().map(function (one) {
      var key = one.now ? 'value' : one.measure.name;
      return cell(key, one.title, one.now, true);
    })));
  }
  function rows() {
    sort();
    head();
    var pages = Math.max(Math.ceil(found.length / size()), 1);
    page = Math.min(Math.max(page, 0), pages - 1);
    var list = columns(), one = level();
    var now = list.find(function (entry) { return entry.now; }), scale = drawnScale;
    fill(get('areas').tBodies[0], found.slice(page * size(), (page + 1) * size()).map(function (place) {
      var row = make('tr'), name = make('th'), button = make('button', one.nom[place], 'plain');
      var within = one.places[one.place[place]];
      row.id = 'a-' + one.code[place];
      name.scope = 'row';
      button.type = 'button';
      button.addEventListener('click', function () { pick(one.code[place], 'table'); });
      name.appendChild(button);
      name.appendChild(make('span', [within, one.code[place]].filter(Boolean).join(' · '), 'under'));
      row.appendChild(name);
      list.forEach(function (entry) {
        var value = column(entry.measure.name)[place];
        var cell = make('td', undefined, 'r' + (entry.now ? ' now' : ' extra'));
        cell.appendChild(make('span', shown(value, entry.measure)));
        if (entry === now && entry.measure.type !== 'boolean') {
          var bar = make('span', undefined, 'bar'), length = make('i');
          bar.setAttribute('aria-hidden', 'true');
          length.style.width = (scale.most ? Math.max(0, 100 * (value || 0) / scale.most) : 0) + '%';
          bar.appendChild(length);
          cell.appendChild(bar);
        }
        row.appendChild(cell);
      });
      return row;
    }));
    lit();
    say(get('counted'), number(found.length, 0) + t(found.length > 1 ? ' territoires' : ' territoire', found.length === 1 ? ' area' : ' areas')
      + (found.length < one.code.length ? t(' sur ', ' of ') + number(one.code.length, 0) : '')
      + (pages > 1 ? t(' · page ', ' · page ') + number(page + 1, 0) + t(' sur ', ' of ') + number(pages, 0) : ''));
    say(get('paged'), t('Page ', 'Page ') + number(page + 1, 0) + t(' sur ', ' of ') + number(pages, 0));
    get('turner').hidden = pages < 2;
    get('lengths').hidden = one.code.length <= 30;
    get('back').disabled = page === 0;
    get('forth').disabled = page === pages - 1;
    var term = category();
    say(get('table-caption'), spaced(term ? t('Lieux de la catégorie : ', 'Places of the category: ') + t(term.fr, term.en)
      : t('Lieux de toutes les catégories', 'Places of all categories')));
  }
  function lit() {
    Array.prototype.forEach.call(get('areas').tBodies[0].rows, function (row) {
      var on = row.id === 'a-' + state.area;
      row.classList.toggle('hit', on);
      row.cells[0].firstChild.setAttribute('aria-pressed', String(on));
    });
  }
  function pick(code, from) {
    state.area = code;
    write();
    var place = level().code.indexOf(code), at = found.indexOf(place);
    if (place >= 0 && from === 'map') {
      if (at < 0) { get('find').value = ''; sort(); at = found.indexOf(place); }
      page = Math.floor(at / size());
      rows();
    }
    lit();
    mark();
    detail();
    if (place >= 0) {
      var measure = chosen(measureOf(state.measure));
      say(get('said'), level().nom[place] + t('\u00a0: ', ': ') + of(measure.title) + ', ' + shown(column(measure.name)[place], measure));
      var layer = from === 'table' && drawn && drawn.layers[place];
      if (layer && !map.getBounds().contains(layer.getBounds ? layer.getBounds() : layer.getLatLng())) {
        map.panTo(layer.getBounds ? layer.getBounds().getCenter() : layer.getLatLng(), { animate: !still });
      }
    }
  }
  function reach(code) {
    var at = found.indexOf(level().code.indexOf(code));
    if (at < 0) { get('find').value = ''; sort(); at = found.indexOf(level().code.indexOf(code)); }
    page = Math.floor(at / size());
    rows();
    var row = get('a-' + code);
    if (row) {
      row.cells[0].firstChild.focus({ preventScroll: true });
      row.scrollIntoView({ block: 'center', behavior: still ? 'auto' : 'smooth' });
    }
  }

  // ---- all of it --------------------------------------------------------------------------

  var drawnScale = null;
  function refresh(rebuild) {
    var measure = chosen(measureOf(state.measure)), values = column(measure.name);
    if (!values.length) { values = level().code.map(function () { return null; }); }
    drawnScale = classify(values, measure);
    choices();
    if (rebuild) { build(); }
    legend(drawnScale, measure);
    paint(drawnScale, values);
    detail();
    meaning(measure);
    views();
    rows();
  }
  function start() {
    read();
    settle();
    stage.hidden = false;
    root.classList.add('mapped');
    var hatch = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    hatch.setAttribute('class', 'hatching');
    hatch.setAttribute('aria-hidden', 'true');
    hatch.innerHTML = '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" class="ground"/><path d="M0 0V6" class="stripe"/></pattern></defs>';
    stage.appendChild(hatch);
    prepare();
    refresh(true);
  }
  get('measure').addEventListener('change', function () { change({ measure: get('measure').value }); });
  get('category').addEventListener('change', function () { change({ category: get('category').value }); });
  get('length').addEventListener('change', function () { page = 0; rows(); });
  get('back').addEventListener('click', function () { page -= 1; rows(); });
  get('forth').addEventListener('click', function () { page += 1; rows(); });
  var waiting = 0;
  get('find').addEventListener('input', function () {
    clearTimeout(waiting);
    waiting = setTimeout(function () { page = 0; rows(); }, 90);
  });
  window.addEventListener('hashchange', function () {
    var before = state.level;
    if (read()) { settle(); refresh(state.level !== before); }
  });
  document.addEventListener('langue', function () { if (wordsOf.slice(0, 2) !== root.lang) { refresh(false); } });
  start();
})();
