// Map, filters and table of the places of a dataset. Data: window.opendata.lieux, columns made by
// site/explorer.py. The table says all the map says; without this script the page shows the first
// places and names the file that has them all.
(function () {
  'use strict';

  // From this zoom on every place has its own point (26 m per pixel at 47° north).
  const APART = 13;
  const WIDEST = 4;
  const CLOSEST = 15; // when the map is fitted to what was found
  const ANSWER_MS = 120; // the map waits for the reader to stop typing, the table does not
  const HERE_SHOWN = 8;
  const TOWNS = 24;
  const SUGGESTED = 40;
  // A map of the whole country is about its European part, where nearly all places are.
  const EUROPE = { south: 41, north: 51.6, west: -5.6, east: 10 };
  // Kind of point of each precision, as in the legend: house number, street, commune.
  const KINDS = { numero: 0, interpolation: 0, voie: 1, 'lieu-dit': 1 };

  const WORDS = {
    all: ['Toutes', 'All'],
    every: ['Tous', 'All'],
    of: ['sur', 'of'],
    place: ['lieu', 'place'],
    places: ['lieux', 'places'],
    onMap: ['sur la carte', 'on the map'],
    without: ['sans point', 'without a point'],
    noPoint: ['Ce lieu n’a pas de point : la carte ne peut pas le montrer.',
      'This place has no point: the map cannot show it.'],
    gone: ['ce lieu n’est pas publié dans cette version ; identifiants.csv dit ce qu’il est devenu.',
      'this place is not in this release; identifiants.csv tells what became of it.'],
    joined: ['ce lieu a été réuni à celui qui est montré.',
      'this place was joined to the one that is shown.'],
    row: ['Voir sa ligne dans le tableau', 'See its row in the table'],
    address: ['Adresse', 'Address'],
    hours: ['Horaires', 'Opening hours'],
    phone: ['Téléphone', 'Telephone'],
    site: ['Site', 'Website'],
    point: ['Point', 'Point'],
    source: ['Source', 'Source'],
    id: ['Identifiant', 'Id'],
    also: ['Aussi à ce point', 'Also at this point'],
    more: ['et', 'and'],
    others: ['autres, dans le tableau', 'more, in the table'],
    zoomIn: ['Agrandir', 'Zoom in'],
    zoomOut: ['Réduire', 'Zoom out'],
    close: ['Fermer', 'Close'],
    page: ['page', 'page'],
  };

  const root = document.documentElement;
  const get = (id) => document.getElementById(id);
  const say = (words) => words[root.lang === 'en' ? 1 : 0];
  const count = (n) => n.toLocaleString(root.lang === 'en' ? 'en' : 'fr');
  const fold = (text) => text.normalize('NFD').replace(/[\u0300-\u036f]/g, '')
    .replace(/[\u2019']/g, ' ').replace(/[-\s]+/g, ' ').toLowerCase();

  function make(tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value !== undefined) { node.setAttribute(name, value); }
    }
    node.append(...children.filter((child) => child !== null && child !== ''));
    return node;
  }

  // ---- the data -------------------------------------------------------------------------------

  const explorer = get('explorer');
  const data = (window.opendata || {}).lieux;
  if (!explorer || !data || !data.ids.length) { return; }

  const total = data.ids.length;
  const numberOf = new Map(data.ids.map((id, number) => [id, number]));
  const departementOf = (n) => data.communes[data.commune[n]][2];
  const communeOf = (n) => data.communes[data.commune[n]][1];
  const townOf = (n) => (data.codesPostaux[data.codePostal[n]] + ' ' + communeOf(n)).trim();
  const hasPoint = (n) => data.latitudes[n] !== null && data.longitudes[n] !== null;
  const latOf = (n) => data.latitudes[n] / 1e5;
  const lngOf = (n) => data.longitudes[n] / 1e5;
  const kindOf = (n) => {
    const kind = KINDS[data.precisions[data.precision[n]][0]];
    return kind === undefined ? 2 : kind;
  };

  // One text folded at once is much quicker than a text per place.
  const texts = fold(data.ids.map((id, n) => [data.noms[n], townOf(n), data.adresses[n], id]
    .join(' ').replace(/[\n\r]/g, ' ') + ' \u0001').join('')).split('\u0001');
  const communeTexts = data.communes.map((commune) => fold(commune[1]).trim());
  const homonyms = new Map();
  data.communes.forEach((commune) => homonyms.set(commune[1], (homonyms.get(commune[1]) || 0) + 1));
  const communeLabel = ([, name, departement]) => homonyms.get(name) > 1
    ? name + ' (' + data.departements[departement][0] + ')' : name;
  const communeLabels = data.communes.map(communeLabel);

  // ---- filters --------------------------------------------------------------------------------

  const fields = {
    q: get('q'), categorie: get('cat'), departement: get('dep'), commune: get('com'),
    precision: get('pre'),
  };
  const length = get('len');
  let found = [];
  let position = null; // of every place in what was found, made when a row has to be found
  let page = 0;
  let chosen = -1;

  function option(value, fr, en) {
    return make('option', { value, 'data-fr': fr, 'data-en': en }, say([fr, en]));
  }
  function fill(select, first, lines) {
    select.replaceChildren(option('', ...first), ...lines.map((line) => option(...line)));
  }
  function counted(counts, number, fr, en) {
    const n = counts.get(number) || 0;
    return [fr + ' (' + n.toLocaleString('fr') + ')', en + ' (' + n.toLocaleString('en') + ')'];
  }
  function fillSelects() {
    const counts = { categorie: new Map(), departement: new Map(), precision: new Map() };
    const add = (map, key) => map.set(key, (map.get(key) || 0) + 1);
    for (let n = 0; n < total; n += 1) {
      data.listesCategories[data.categorie[n]].forEach((c) => add(counts.categorie, c));
      add(counts.departement, departementOf(n));
      add(counts.precision, data.precision[n]);
    }
    fill(fields.categorie, WORDS.all, data.categories.map(([code, fr, en], number) =>
      [code, ...counted(counts.categorie, number, fr, en)]));
    fill(fields.departement, WORDS.every, data.departements.map(([code, name], number) =>
      [code, ...counted(counts.departement, number, code + ' ' + name, code + ' ' + name)]));
    fill(fields.precision, WORDS.all, data.precisions
      .map(([code, fr, en], number) => [code, ...counted(counts.precision, number, fr, en)])
      .filter((line, number) => counts.precision.has(number)));
    get('dep-field').hidden = data.departements.length < 2;
  }

  function communesLike(text) {
    const departement = fields.departement.value;
    const wanted = fold(text).trim();
    const inside = (c) => !departement || data.departements[data.communes[c][2]][0] === departement;
    const all = data.communes.map((commune, c) => c).filter(inside);
    const exact = all.filter((c) => communeLabels[c] === text.trim());
    if (exact.length) { return exact; }
    const same = all.filter((c) => communeTexts[c] === wanted);
    if (same.length) { return same; }
    const first = all.filter((c) => communeTexts[c].startsWith(wanted));
    return first.length ? first : all.filter((c) => communeTexts[c].includes(wanted));
  }
  function suggestCommunes() {
    const names = communesLike(fields.commune.value).slice(0, SUGGESTED);
    get('communes').replaceChildren(...names.map((c) =>
      make('option', { value: communeLabels[c] })));
  }

  function filter() {
    const words = fold(fields.q.value).split(' ').filter(Boolean);
    const category = data.categories.findIndex((line) => line[0] === fields.categorie.value);
    const departement = data.departements.findIndex((line) => line[0] === fields.departement.value);
    const precision = data.precisions.findIndex((line) => line[0] === fields.precision.value);
    const sets = data.listesCategories.map((set) => category < 0 || set.includes(category));
    let towns = data.communes.map((commune) => departement < 0 || commune[2] === departement);
    if (fields.commune.value.trim()) {
      const wanted = new Set(communesLike(fields.commune.value));
      towns = towns.map((inside, c) => inside && wanted.has(c));
    }
    const result = [];
    for (let n = 0; n < total; n += 1) {
      if (!towns[data.commune[n]] || !sets[data.categorie[n]]) { continue; }
      if (precision >= 0 && data.precision[n] !== precision) { continue; }
      const text = texts[n];
      if (words.every((word) => text.includes(word))) { result.push(n); }
    }
    return result;
  }
  const filtered = () => Object.values(fields).some((field) => field.value.trim());

  let waiting = 0;
  function update(now) {
    const start = performance.now();
    found = filter();
    position = null;
    page = 0;
    remember();
    showTable();
    performance.measure('opendata:tableau', { start, end: performance.now() });
    clearTimeout(waiting);
    const draw = () => {
      drawMap();
      performance.measure('opendata:carte', { start, end: performance.now() });
    };
    if (now) { draw(); } else { waiting = setTimeout(draw, ANSWER_MS); }
  }

  function remember() {
    const asked = new URLSearchParams(location.search);
    for (const [name, field] of Object.entries(fields)) {
      if (field.value.trim()) { asked.set(name, field.value.trim()); } else { asked.delete(name); }
    }
    const search = asked.toString();
    write(search ? '?' + search : '', location.hash);
  }
  function write(search, hash) {
    try {
      history.replaceState(null, '', location.pathname + search + hash);
    } catch (refused) { /* some browsers keep the address of a file as it is */ }
  }
  function recall() {
    const asked = new URLSearchParams(location.search);
    for (const [name, field] of Object.entries(fields)) { field.value = asked.get(name) || ''; }
  }
  function reset() {
    Object.values(fields).forEach((field) => { field.value = ''; });
  }

  // ---- the table ------------------------------------------------------------------------------

  const body = get('places');
  const hashOf = (n) => '#' + (root.lang === 'en' ? 'en:' : '') + data.ids[n];

  function lines(parts) {
    return parts.flatMap((part, i) => i ? [make('br'), part] : [part]);
  }
  function categoriesOf(n) {
    return data.listesCategories[data.categorie[n]].map((c) => say(data.categories[c].slice(1)))
      .join(' · ');
  }
  function hoursOf(n) {
    return say(data.horaires[data.horaire[n]]).split('\n').filter(Boolean);
  }
  function phoneOf(n) {
    const phone = data.telephones[n];
    if (!phone) { return null; }
    const french = /^\+33(\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(phone);
    const shown = french ? ['0' + french[1], ...french.slice(2)].join('\u00a0') : phone;
    return /^\+\d{6,15}$/.test(phone) ? make('a', { href: 'tel:' + phone, class: 'nowrap' }, shown)
      : document.createTextNode(shown);
  }
  function sitesOf(n) {
    return data.sites[data.site[n]].map((url) => make('a',
      { href: url, rel: 'noopener noreferrer nofollow' }, new URL(url).hostname.replace(/^www\./, '')));
  }
  function precisionOf(n) { return data.precisions[data.precision[n]]; }

  function rowOf(n) {
    const name = make('a', { href: hashOf(n), class: 'place' }, data.noms[n] || data.ids[n]);
    const contacts = [phoneOf(n), ...sitesOf(n)].filter(Boolean);
    const row = make('tr', { id: data.ids[n] },
      make('th', { scope: 'row' }, name, make('span', { class: 'under' }, categoriesOf(n))),
      make('td', null, ...lines([data.adresses[n], townOf(n)].filter(Boolean))),
      make('td', null, ...lines(contacts)),
      make('td', null, ...lines(hoursOf(n))),
      make('td', { class: 'pos' }, say(precisionOf(n).slice(1, 3)),
        make('span', { class: 'under' }, data.sources[data.source[n]].join(', '))));
    if (n === chosen) { row.classList.add('hit'); name.setAttribute('aria-current', 'true'); }
    return row;
  }
  function showTable() {
    const size = Number(length.value);
    const pages = Math.max(Math.ceil(found.length / size), 1);
    page = Math.min(Math.max(page, 0), pages - 1);
    body.replaceChildren(...found.slice(page * size, (page + 1) * size).map(rowOf));
    get('prev').disabled = page === 0;
    get('next').disabled = page === pages - 1;
    get('none').hidden = found.length > 0;
    get('reset').disabled = !filtered();
    const points = found.reduce((sum, n) => sum + (hasPoint(n) ? 1 : 0), 0);
    const one = found.length === 1 || (!found.length && root.lang !== 'en'); // « 0 lieu », “0 places”
    const noun = say(one ? WORDS.place : WORDS.places);
    get('found').replaceChildren(
      make('b', null, count(found.length) + ' ' + noun),
      filtered() ? ' ' + say(WORDS.of) + ' ' + count(total) : '',
      points < found.length ? ', ' + count(found.length - points) + ' ' + say(WORDS.without) : '');
    const turned = [say(WORDS.page), count(page + 1), say(WORDS.of), count(pages)].join(' ');
    document.querySelectorAll('.page-shown').forEach((node) => { node.textContent = turned; });
  }
  function turnTo(n) {
    if (!position) { position = new Map(found.map((one, i) => [one, i])); }
    if (position.has(n)) { page = Math.floor(position.get(n) / Number(length.value)); }
    showTable();
    return get(data.ids[n]);
  }

  // ---- the map --------------------------------------------------------------------------------

  const markers = new Array(total);
  let colours = {};
  let map = null;
  let group = null;
  let popup = null;
  let ring = null;
  let towns = null;

  function readColours() {
    const style = getComputedStyle(root);
    const value = (name) => style.getPropertyValue(name).trim();
    colours = {
      stroke: value('--sheet'), number: value('--map-number'), street: value('--map-street'),
      commune: value('--map-commune'), ink: value('--ink'),
    };
  }
  function styleOf(kind) {
    const fill = [colours.number, colours.street, colours.commune][kind];
    return kind === 2
      ? { radius: 5, color: fill, weight: 2, fillColor: colours.stroke, fillOpacity: 1 }
      : { radius: 6, color: colours.stroke, weight: 1.2, fillColor: fill, fillOpacity: 1 };
  }
  function markerOf(n) {
    if (!markers[n]) {
      markers[n] = L.circleMarker([latOf(n), lngOf(n)], styleOf(kindOf(n)));
      markers[n].place = n;
    }
    return markers[n];
  }
  const sizeOf = (n) => Math.round(26 + 9 * Math.log10(n));
  function newGroup() {
    const made = L.markerClusterGroup({
      disableClusteringAtZoom: APART,
      maxClusterRadius: (zoom) => (zoom < 8 ? 72 : 56),
      animate: false,
      showCoverageOnHover: false,
      spiderfyOnMaxZoom: false,
      removeOutsideVisibleBounds: true,
      iconCreateFunction: (cluster) => {
        const n = cluster.getChildCount();
        const size = sizeOf(n);
        const html = '<b>' + count(n) + '</b>';
        return L.divIcon({ html, className: 'cluster', iconSize: [size, size] });
      },
    });
    // Points neither move nor are dragged: nothing to listen to, nothing to forget.
    made._childMarkerEventHandlers = {};
    made.on('click', (event) => choose(event.layer.place, { row: true }));
    return made;
  }
  function drawMap() {
    if (!map) { return; }
    if (group) { map.removeLayer(group); }
    frame(found);
    // On the map first: a group that waits for its map looks for each point among all the others.
    group = newGroup().addTo(map);
    group.addLayers(found.filter(hasPoint).map(markerOf), true);
    writeTowns();
  }
  function frame(list) {
    const points = list.filter(hasPoint);
    if (!points.length) { return; }
    const inEurope = points.filter((n) => latOf(n) > EUROPE.south && latOf(n) < EUROPE.north &&
      lngOf(n) > EUROPE.west && lngOf(n) < EUROPE.east);
    const shown = inEurope.length > points.length / 2 ? inEurope : points;
    let [south, west, north, east] = [90, 180, -90, -180];
    for (const n of shown) {
      south = Math.min(south, latOf(n)); north = Math.max(north, latOf(n));
      west = Math.min(west, lngOf(n)); east = Math.max(east, lngOf(n));
    }
    map.fitBounds([[south, west], [north, east]],
      { padding: [22, 22], maxZoom: CLOSEST, animate: false });
  }

  // Without tiles, names of communes say where one is: those with most places in view.
  let townPoints = null;
  function writeTowns() {
    if (!map || get('carte').classList.contains('with-tiles')) { return; }
    if (!townPoints) {
      // The arrondissements of a city are communes of one name.
      const sums = new Map();
      for (let n = 0; n < total; n += 1) {
        if (!hasPoint(n)) { continue; }
        const [, name, departement] = data.communes[data.commune[n]];
        const key = name + departement;
        if (!sums.has(key)) { sums.set(key, { name, n: 0, lat: 0, lng: 0 }); }
        const sum = sums.get(key);
        sum.n += 1; sum.lat += latOf(n); sum.lng += lngOf(n);
      }
      townPoints = [...sums.values()].sort((a, b) => b.n - a.n)
        .map((sum) => ({ name: sum.name, at: L.latLng(sum.lat / sum.n, sum.lng / sum.n) }));
    }
    towns.clearLayers();
    const bounds = map.getBounds();
    const size = map.getSize();
    const taken = [];
    map.eachLayer((layer) => {
      const radius = layer instanceof L.MarkerCluster ? sizeOf(layer.getChildCount()) / 2
        : layer instanceof L.CircleMarker ? layer.getRadius() : 0;
      if (!radius || !bounds.contains(layer.getLatLng())) { return; }
      const { x, y } = map.latLngToContainerPoint(layer.getLatLng());
      const core = radius * 0.8; // a label may touch the edge of a circle
      taken.push([x - core, y - core, x + core, y + core]);
    });
    const free = (box) => box[0] > 4 && box[1] > 4 && box[2] < size.x - 4 && box[3] < size.y - 4 &&
      !taken.some((b) => box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3]);
    const inView = [];
    for (const town of townPoints) {
      if (bounds.contains(town.at)) { inView.push(town); }
      if (inView.length >= TOWNS) { break; }
    }
    for (const town of inView) {
      const { x, y } = map.latLngToContainerPoint(town.at);
      const width = town.name.length * 7 + 8;
      const spots = [6, 16, 26, 36].flatMap((far) => [[-width / 2, far], [-width / 2, -far - 18],
        [far, -9], [-far - width, -9], [far / 2, far / 2], [-far / 2 - width, far / 2],
        [far / 2, -far / 2 - 18], [-far / 2 - width, -far / 2 - 18]]);
      const place = spots.find(([dx, dy]) => free([x + dx, y + dy, x + dx + width, y + dy + 18]));
      if (!place) { continue; }
      const [dx, dy] = place;
      taken.push([x + dx - 8, y + dy - 4, x + dx + width + 8, y + dy + 22]);
      towns.addLayer(L.marker(town.at, {
        pane: 'communes', interactive: false, keyboard: false,
        icon: L.divIcon({ className: 'town', iconSize: [width, 18], iconAnchor: [-dx, -dy],
          html: make('span', null, town.name).outerHTML }),
      }));
    }
  }

  function popupOf(n) {
    const fact = (words, ...content) => content.filter(Boolean).length
      ? [make('dt', null, say(words)), make('dd', null, ...content)] : [];
    const [, fr, en, meansFr, meansEn] = precisionOf(n);
    const means = say([meansFr, meansEn]);
    const toRow = make('button', { type: 'button', class: 'link' }, say(WORDS.row));
    toRow.addEventListener('click', () => {
      const row = turnTo(n);
      if (!row) { return; }
      row.scrollIntoView({ block: 'center' });
      row.querySelector('a').focus({ preventScroll: true });
    });
    const phone = phoneOf(n);
    const whole = { class: 'card-place', tabindex: '-1', role: 'group', 'aria-label': data.noms[n] };
    return make('div', whole,
      make('h3', null, data.noms[n] || data.ids[n]),
      make('p', { class: 'soft' }, categoriesOf(n)),
      make('dl', null,
        ...fact(WORDS.address, ...lines([data.adresses[n], townOf(n)].filter(Boolean))),
        ...fact(WORDS.hours, ...lines(hoursOf(n))),
        ...(phone ? fact(WORDS.phone, phone) : []),
        ...fact(WORDS.site, ...lines(sitesOf(n))),
        ...fact(WORDS.point, say([fr, en]), means ? make('span', { class: 'under' }, means) : null),
        ...fact(WORDS.source, data.sources[data.source[n]].join(', ')),
        ...fact(WORDS.id, make('a', { href: hashOf(n) }, make('code', null, data.ids[n])))),
      ...neighboursOf(n), make('p', null, toRow));
  }
  function neighboursOf(n) {
    if (!hasPoint(n)) { return []; }
    const same = found.filter((one) => one !== n && data.latitudes[one] === data.latitudes[n] &&
      data.longitudes[one] === data.longitudes[n]);
    if (!same.length) { return []; }
    const items = same.slice(0, HERE_SHOWN).map((one) => {
      const link = make('a', { href: hashOf(one), 'data-place': String(one) }, data.noms[one]);
      return make('li', null, link);
    });
    if (same.length > HERE_SHOWN) {
      items.push(make('li', { class: 'soft' }, say(WORDS.more) + ' ' +
        count(same.length - HERE_SHOWN) + ' ' + say(WORDS.others)));
    }
    return [make('p', { class: 'also' }, say(WORDS.also) + ' (' + count(same.length) + ')'),
      make('ul', null, ...items)];
  }

  function choose(n, { row = false, focus = false, scroll = false } = {}) {
    chosen = n;
    if (row) { turnTo(n); } else { showTable(); }
    write(location.search, hashOf(n));
    if (!map) { return; }
    ring.remove();
    map.closePopup();
    get('spot').textContent = hasPoint(n) ? '' : say(WORDS.noPoint);
    if (!hasPoint(n)) { return; }
    if (scroll) { get('carte').scrollIntoView({ block: 'nearest' }); }
    const at = [latOf(n), lngOf(n)];
    if (map.getZoom() < APART || !map.getBounds().pad(-0.15).contains(at)) {
      map.setView(at, Math.max(map.getZoom(), APART), { animate: false });
    }
    ring.setLatLng(at).addTo(map);
    popup.options.maxHeight = map.getSize().y - 90;
    popup.setLatLng(at).setContent(popupOf(n)).openOn(map);
    const close = popup.getElement().querySelector('.leaflet-popup-close-button');
    if (close) { close.setAttribute('aria-label', say(WORDS.close)); }
    if (focus) { popup.getElement().querySelector('.card-place').focus({ preventScroll: true }); }
  }

  function paint() {
    readColours();
    markers.forEach((marker) => { if (marker) { marker.setStyle(styleOf(kindOf(marker.place))); } });
    if (ring) { ring.setStyle({ color: colours.ink }); }
  }

  function startMap() {
    if (!window.L || !L.markerClusterGroup) { return; }
    // The table is the way through the places with a keyboard: a stop per cluster is no help.
    L.MarkerCluster.prototype.options.keyboard = false;
    const box = get('carte');
    box.classList.toggle('plain', !data.contours);
    map = L.map(box, {
      preferCanvas: true, minZoom: WIDEST, maxZoom: 18, attributionControl: Boolean(data.tuiles),
      zoomControl: false, scrollWheelZoom: false, zoomSnap: 0.25, fadeAnimation: false,
      zoomAnimation: false, markerZoomAnimation: false, worldCopyJump: false,
    });
    map.setView([46.6, 2.4], 6, { animate: false });
    readColours();
    for (const [name, z] of [['contours', 250], ['communes', 640]]) {
      map.createPane(name).style.zIndex = z;
      map.getPane(name).style.pointerEvents = 'none';
    }
    map.getPane('markerPane').setAttribute('aria-hidden', 'true');
    map.getPane('communes').setAttribute('aria-hidden', 'true');
    if (data.tuiles) {
      map.attributionControl.setPrefix(false);
      box.classList.add('with-tiles');
      L.tileLayer(data.tuiles.url, {
        attribution: make('span', null, data.tuiles.attribution).innerHTML, maxZoom: 19,
      }).once('tileload', (event) => event.target.off('tileerror')).once('tileerror', () => {
        // No tile came at all: outlines and names of communes do without.
        box.classList.remove('with-tiles');
        writeTowns();
      }).addTo(map);
    }
    if (data.contours) {
      // In SVG, so that their colours are those of the style sheet, on paper too.
      L.geoJSON(data.contours, {
        pane: 'contours', interactive: false, renderer: L.svg({ pane: 'contours' }),
        style: { className: 'outline-of', fill: true },
      }).addTo(map);
    }
    ring = L.circleMarker([0, 0], { radius: 11, weight: 2.5, fill: false, interactive: false });
    towns = L.layerGroup().addTo(map);
    const narrowest = Math.min(290, box.clientWidth - 90);
    popup = L.popup({ maxWidth: 340, minWidth: narrowest, autoPanPadding: [12, 12] });
    box.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && map.hasLayer(popup)) { map.closePopup(); }
    });
    // The focus inside a popup goes back to its row when the popup goes.
    let held = false;
    box.addEventListener('focusin', (event) => {
      held = Boolean(event.target.closest('.leaflet-popup'));
    });
    box.addEventListener('focusout', (event) => { if (event.relatedTarget) { held = false; } });
    map.on('popupclose', () => {
      ring.remove();
      const row = chosen >= 0 && get(data.ids[chosen]);
      if (row && held) { row.querySelector('a').focus({ preventScroll: true }); }
      held = false;
    });
    // The wheel scrolls the page until the reader has taken hold of the map.
    map.on('focus click', () => map.scrollWheelZoom.enable());
    map.on('blur', () => map.scrollWheelZoom.disable());
    map.on('moveend', writeTowns);
    paint();
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint);
    addEventListener('beforeprint', () => print(true));
    addEventListener('afterprint', () => print(false));
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(box);
  }
  // Paper has another width and other colours; the map has to be drawn before the page is.
  function print(begins) {
    root.classList.toggle('printing', begins);
    paint();
    map.invalidateSize({ animate: false });
    if (!map.hasLayer(popup)) { frame(found); }
    map.eachLayer((layer) => { if (layer instanceof L.Canvas) { layer.fire('update'); } });
  }

  let zoom = null;
  let spoken = '';
  function speak() {
    if (spoken === root.lang) { return; }
    spoken = root.lang;
    if (map) {
      if (zoom) { zoom.remove(); }
      zoom = L.control.zoom({
        position: 'bottomright', zoomInTitle: say(WORDS.zoomIn), zoomOutTitle: say(WORDS.zoomOut),
      }).addTo(map);
      if (group) { group.refreshClusters(); }
      if (chosen >= 0 && map.hasLayer(popup)) { popup.setContent(popupOf(chosen)); }
    }
    const box = get('carte');
    box.setAttribute('aria-description', box.getAttribute('data-description-' + root.lang));
    showTable();
  }

  // ---- from the address ------------------------------------------------------------------------

  function fromHash() {
    const asked = location.hash.replace(/^#(?:(?:fr|en)(?::|$))?/, '');
    const heir = (data.finis || {})[asked];
    if (!numberOf.has(asked) && !numberOf.has(heir)) {
      if (/^l-[0-9a-z]+$/.test(asked)) { get('spot').textContent = asked + ' : ' + say(WORDS.gone); }
      return false;
    }
    const n = numberOf.get(numberOf.has(asked) ? asked : heir);
    if (n === chosen && get(asked)) { return true; }
    reset();
    update(true);
    choose(n, { row: true });
    arrive();
    if (data.ids[n] !== asked) { get('spot').textContent = asked + ' : ' + say(WORDS.joined); }
    return true;
  }
  function arrive() {
    if (chosen < 0) { return; }
    get('lieux').scrollIntoView();
    get(data.ids[chosen]).querySelector('a').focus({ preventScroll: true });
  }
  // A browser goes to the row itself when it has loaded the page; the map says more.
  addEventListener('load', arrive);

  // ---- start ----------------------------------------------------------------------------------

  fillSelects();
  recall();
  const narrow = matchMedia('(max-width: 55.99rem)'); // as in explorer.css
  const tuck = () => { get('more').open = !narrow.matches || filtered(); };
  narrow.addEventListener('change', tuck);
  tuck();
  explorer.classList.add('ready');
  startMap();
  suggestCommunes();
  update(true);
  speak();
  fromHash();

  fields.q.addEventListener('input', () => update(false));
  fields.commune.addEventListener('input', () => { suggestCommunes(); update(false); });
  fields.departement.addEventListener('change', () => {
    const commune = fields.commune;
    if (commune.value && !communesLike(commune.value).length) { commune.value = ''; }
    suggestCommunes();
    update(false);
  });
  fields.categorie.addEventListener('change', () => update(false));
  fields.precision.addEventListener('change', () => update(false));
  get('reset').addEventListener('click', () => {
    reset();
    suggestCommunes();
    update(true);
    fields.q.focus();
  });
  length.addEventListener('change', () => { page = 0; showTable(); });
  const turn = (step) => {
    page += step;
    showTable();
    get('table-places').scrollIntoView({ block: 'start' });
  };
  get('prev').addEventListener('click', () => turn(-1));
  get('next').addEventListener('click', () => turn(1));
  explorer.addEventListener('click', (event) => {
    const link = event.target.closest('a.place, a[data-place]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) { return; }
    event.preventDefault();
    const n = link.dataset.place ? Number(link.dataset.place) : numberOf.get(link.closest('tr').id);
    choose(n, { row: Boolean(link.dataset.place), focus: true, scroll: true });
  });
  addEventListener('hashchange', fromHash);
  document.addEventListener('langue', speak);
})();
