import {
  BarController,
  BarElement,
  Chart,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  LogarithmicScale,
  PointElement,
  ScatterController,
  Title,
  Tooltip,
} from 'chart.js';
import { registerNearestOfEach } from './nearestOfEach.ts';

/** Registers the parts of Chart.js that the charts use; what is not named here is left out of the bundle. */
export function registerCharts(): void {
  Chart.register(
    BarController,
    BarElement,
    Filler,
    Legend,
    LinearScale,
    LineController,
    LineElement,
    LogarithmicScale,
    PointElement,
    ScatterController,
    Title,
    Tooltip,
  );
  registerNearestOfEach();
}
